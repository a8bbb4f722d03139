//! From what a pipeline reports to what the sender hears.

use std::time::Duration;

use crate::ack::{Failure, Outcome};

use super::status::{Status, code};

/// The highest code that gRPC defines.
const CODE_MAX: u32 = 16;

/// None for success. A retryable failure always carries a hint, because senders give up on
/// RESOURCE_EXHAUSTED without one.
pub fn status_of(outcome: &Outcome, retry_after: Duration) -> Option<Status> {
    match outcome {
        Outcome::Delivered => None,
        Outcome::Permanent(failure) => Some(status(failure, code::INTERNAL, None)),
        Outcome::Retryable(failure) => {
            let delay = failure.retry_after_ms.map_or(retry_after, Duration::from_millis);
            Some(status(failure, code::UNAVAILABLE, Some(delay)))
        }
    }
}

fn status(failure: &Failure, default_code: u32, retry_after: Option<Duration>) -> Status {
    let known = |code: &u32| (1..=CODE_MAX).contains(code);
    let code = failure.grpc_code.filter(known).unwrap_or(default_code);
    Status { code, message: failure.message.clone(), retry_after }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HINT: Duration = Duration::from_secs(1);

    fn failure(grpc_code: Option<u32>) -> Failure {
        Failure { grpc_code, ..Failure::default() }
    }

    fn code_and_http(outcome: &Outcome) -> Option<(u32, u16)> {
        status_of(outcome, HINT).map(|status| (status.code, status.http_status()))
    }

    #[test]
    fn maps_as_the_collector_does() {
        assert_eq!(code_and_http(&Outcome::Delivered), None);
        assert_eq!(code_and_http(&Outcome::Permanent(failure(None))), Some((13, 500)));
        assert_eq!(code_and_http(&Outcome::Retryable(failure(None))), Some((14, 503)));
    }

    #[test]
    fn a_grpc_code_passes_unchanged() {
        assert_eq!(code_and_http(&Outcome::Permanent(failure(Some(3)))), Some((3, 400)));
        assert_eq!(code_and_http(&Outcome::Retryable(failure(Some(8)))), Some((8, 429)));
        assert_eq!(code_and_http(&Outcome::Retryable(failure(Some(99)))), Some((14, 503)));
    }

    #[test]
    fn only_a_retryable_failure_carries_a_hint() {
        let hint = |outcome| status_of(&outcome, HINT).and_then(|status| status.retry_after);
        assert_eq!(hint(Outcome::Retryable(failure(None))), Some(HINT));
        assert_eq!(hint(Outcome::Permanent(failure(None))), None);
        let later = Failure { retry_after_ms: Some(2500), ..Failure::default() };
        assert_eq!(hint(Outcome::Retryable(later)), Some(Duration::from_millis(2500)));
    }
}
