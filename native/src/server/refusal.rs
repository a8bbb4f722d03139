//! Why this server itself refuses a request, and what the sender hears.

use std::time::Duration;

use super::status::{Status, code};

/// The server's own reasons; each is a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    BadData,
    BadId,
    TooLarge,
    Overload,
    UnsupportedMedia,
    UnsupportedEncoding,
    BrokenEncoding,
    NotFound,
    Method,
    Timeout,
    ClientGone,
    Lost,
}

impl Reason {
    pub const ALL: [Self; 12] = [
        Self::BadData,
        Self::BadId,
        Self::TooLarge,
        Self::Overload,
        Self::UnsupportedMedia,
        Self::UnsupportedEncoding,
        Self::BrokenEncoding,
        Self::NotFound,
        Self::Method,
        Self::Timeout,
        Self::ClientGone,
        Self::Lost,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::BadData => "bad_data",
            Self::BadId => "bad_id",
            Self::TooLarge => "too_large",
            Self::Overload => "overload",
            Self::UnsupportedMedia => "unsupported_media",
            Self::UnsupportedEncoding => "unsupported_encoding",
            Self::BrokenEncoding => "broken_encoding",
            Self::NotFound => "not_found",
            Self::Method => "method",
            Self::Timeout => "timeout",
            Self::ClientGone => "client_gone",
            Self::Lost => "lost",
        }
    }

    const fn code(self) -> u32 {
        match self {
            Self::BadData | Self::BadId | Self::UnsupportedMedia => code::INVALID_ARGUMENT,
            Self::BrokenEncoding => code::INVALID_ARGUMENT,
            Self::TooLarge => code::RESOURCE_EXHAUSTED,
            Self::Overload | Self::Lost => code::UNAVAILABLE,
            Self::UnsupportedEncoding | Self::NotFound | Self::Method => code::UNIMPLEMENTED,
            Self::Timeout => code::DEADLINE_EXCEEDED,
            Self::ClientGone => code::CANCELLED,
        }
    }

    const fn http_status(self) -> u16 {
        match self {
            Self::BadData | Self::BadId | Self::ClientGone => 400,
            Self::UnsupportedEncoding | Self::BrokenEncoding => 400,
            Self::NotFound => 404,
            Self::Method => 405,
            Self::Timeout => 408,
            Self::TooLarge => 413,
            Self::UnsupportedMedia => 415,
            Self::Overload | Self::Lost => 503,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::BadData => "the request is not valid OTLP",
            Self::BadId => "an id is missing, all zero or has the wrong length",
            Self::TooLarge => "the request is larger than the receiver's limit",
            Self::Overload => "the receiver has too many bytes in flight, try again later",
            Self::UnsupportedMedia => "unsupported media type",
            Self::UnsupportedEncoding => "unsupported compression",
            Self::BrokenEncoding => "the compressed body is broken",
            Self::NotFound => "no such service or method",
            Self::Method => "method not allowed",
            Self::Timeout => "the request did not arrive in time",
            Self::ClientGone => "the request was cut off",
            Self::Lost => "the receiver is shutting down, try again",
        }
    }
}

/// An answer that is not success, ready to be written as gRPC or HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: Status,
    pub http_status: u16,
    /// None where a pipeline refused, and not this server.
    pub reason: Option<Reason>,
}

impl Refusal {
    pub fn new(reason: Reason) -> Self {
        Self::with_message(reason, reason.text())
    }

    pub fn with_message(reason: Reason, message: impl Into<String>) -> Self {
        let status = Status::new(reason.code(), message);
        Self { status, http_status: reason.http_status(), reason: Some(reason) }
    }

    /// Asks the sender to come back after `delay`.
    pub fn retryable(reason: Reason, delay: Duration) -> Self {
        let mut refusal = Self::new(reason);
        refusal.status.retry_after = Some(delay);
        refusal
    }

    pub const fn from_pipeline(status: Status) -> Self {
        let http_status = status.http_status();
        Self { status, http_status, reason: None }
    }
}
