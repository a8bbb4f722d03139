//! Why bytes are no OTLP. Says where and what, never quotes content.

use std::fmt;

/// What is wrong, and at which byte of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    pub offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    Truncated,
    Varint,
    FieldNumber,
    WireType,
    Utf8,
    Depth,
    TooLarge,
    Json,
    Id,
}

impl ErrorKind {
    pub const fn text(self) -> &'static str {
        match self {
            Self::Truncated => "a field reaches beyond the end of its message",
            Self::Varint => "a varint is longer than ten bytes",
            Self::FieldNumber => "a field number is out of range",
            Self::WireType => "a field has the wrong wire type",
            Self::Utf8 => "a string is not valid UTF-8",
            Self::Depth => "messages are nested too deeply",
            Self::TooLarge => "the request is too large",
            Self::Json => "the JSON is malformed or does not fit the schema",
            Self::Id => "an id is not hex or has the wrong length",
        }
    }
}

impl Error {
    pub const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind.text(), self.offset)
    }
}

impl std::error::Error for Error {}
