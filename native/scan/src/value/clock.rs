//! How long a value may take.

use std::time::{Duration, Instant};

use super::Pass;
use crate::rules::Ruleset;
use crate::text::Unscanned;

/// So many leaves between two looks at the clock.
const LEAVES_PER_LOOK: u32 = 64;
/// In place of a limit that no clock can hold.
const TIME_MAX: Duration = Duration::from_secs(86_400);

impl Ruleset {
    /// When a value of so many bytes must be done.
    pub(super) fn deadline(&self, value_len: usize) -> Instant {
        let n_mib = u64::try_from(value_len >> 20).unwrap_or(u64::MAX).saturating_add(1);
        let time = Duration::from_millis(self.limits.value_ms_max.saturating_mul(n_mib));
        let now = Instant::now();
        now.checked_add(time).unwrap_or_else(|| now + TIME_MAX)
    }
}

impl Pass<'_> {
    /// Looks at the clock now and then; rules do only where they find something to try.
    pub(super) fn tick(&mut self) -> Result<(), Unscanned> {
        self.n_leaves += 1;
        if self.n_leaves.is_multiple_of(LEAVES_PER_LOOK) && Instant::now() > self.deadline {
            return Err(Unscanned::Timeout);
        }
        Ok(())
    }
}
