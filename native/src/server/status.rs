//! google.rpc.Status and Export*ServiceResponse, as protobuf and as JSON.

use std::time::Duration;

use serde_json::json;

use crate::otlp::signal::Signal;

/// gRPC status codes that this server gives by itself.
pub mod code {
    pub const OK: u32 = 0;
    pub const CANCELLED: u32 = 1;
    pub const INVALID_ARGUMENT: u32 = 3;
    pub const DEADLINE_EXCEEDED: u32 = 4;
    pub const RESOURCE_EXHAUSTED: u32 = 8;
    pub const UNIMPLEMENTED: u32 = 12;
    pub const INTERNAL: u32 = 13;
    pub const UNAVAILABLE: u32 = 14;
}

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// What a sender is told when it is not success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub code: u32,
    pub message: String,
    pub retry_after: Option<Duration>,
}

impl Status {
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }

    /// The HTTP status of a gRPC code, as the Collector maps them.
    pub const fn http_status(&self) -> u16 {
        match self.code {
            1 | 4 | 10 | 11 | 14 | 15 => 503,
            3 => 400,
            7 => 403,
            8 => 429,
            12 => 404,
            16 => 401,
            _ => 500,
        }
    }

    /// Whole seconds for a Retry-After header, rounded up.
    pub fn retry_after_s(&self) -> Option<u64> {
        self.retry_after.map(|delay| delay.as_secs() + u64::from(delay.subsec_nanos() > 0))
    }

    pub fn to_protobuf(&self) -> Vec<u8> {
        let mut status = Vec::new();
        put_uint(&mut status, 1, u64::from(self.code));
        put_bytes(&mut status, 2, self.message.as_bytes());
        if let Some(delay) = self.retry_after {
            let mut any = Vec::new();
            put_bytes(&mut any, 1, RETRY_INFO.as_bytes());
            put_bytes(&mut any, 2, &retry_info(delay));
            put_bytes(&mut status, 3, &any);
        }
        status
    }

    pub fn to_json(&self) -> Vec<u8> {
        let mut status = json!({"code": self.code, "message": self.message});
        if let (Some(delay), Some(fields)) = (self.retry_after, status.as_object_mut()) {
            let info =
                json!({"@type": RETRY_INFO, "retryDelay": format!("{}s", delay.as_secs_f64())});
            fields.insert("details".to_owned(), json!([info]));
        }
        status.to_string().into_bytes()
    }
}

fn retry_info(delay: Duration) -> Vec<u8> {
    let mut duration = Vec::new();
    put_uint(&mut duration, 1, delay.as_secs());
    put_uint(&mut duration, 2, u64::from(delay.subsec_nanos()));
    let mut info = Vec::new();
    put_bytes(&mut info, 1, &duration);
    info
}

/// Items that were refused singly while the rest was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub n_items: u64,
    pub reason: &'static str,
}

/// An Export*ServiceResponse; empty without rejected items.
pub fn export_response(rejected: Option<Rejected>) -> Vec<u8> {
    let mut response = Vec::new();
    if let Some(rejected) = rejected {
        let mut partial = Vec::new();
        put_uint(&mut partial, 1, rejected.n_items);
        put_bytes(&mut partial, 2, rejected.reason.as_bytes());
        put_bytes(&mut response, 1, &partial);
    }
    response
}

pub fn export_response_json(signal: Signal, rejected: Option<Rejected>) -> Vec<u8> {
    let Some(rejected) = rejected else {
        return b"{}".to_vec();
    };
    let field = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Metrics => "rejectedDataPoints",
        Signal::Logs => "rejectedLogRecords",
    };
    let partial = json!({field: rejected.n_items.to_string(), "errorMessage": rejected.reason});
    json!({"partialSuccess": partial}).to_string().into_bytes()
}

/// Field numbers here are below 16, so that a tag is one byte.
fn put_uint(out: &mut Vec<u8>, number: u8, value: u64) {
    if value != 0 {
        out.push(number << 3);
        put_varint(out, value);
    }
}

fn put_bytes(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_the_retry_hint_up_to_whole_seconds() {
        let mut status = Status::new(code::UNAVAILABLE, "busy");
        assert_eq!(status.retry_after_s(), None);
        status.retry_after = Some(Duration::from_millis(1200));
        assert_eq!(status.retry_after_s(), Some(2));
    }

    #[test]
    fn encodes_code_and_message() {
        let status = Status::new(3, "no");
        assert_eq!(status.to_protobuf(), b"\x08\x03\x12\x02no");
        assert_eq!(status.to_json(), br#"{"code":3,"message":"no"}"#);
    }

    #[test]
    fn success_leaves_partial_success_unset() {
        assert!(export_response(None).is_empty());
        assert_eq!(export_response_json(Signal::Logs, None), b"{}");
    }
}
