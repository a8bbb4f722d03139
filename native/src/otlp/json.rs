//! OTLP/JSON: read leniently, written strictly.
//!
//! Ids are hex and enums are numbers, unlike in protobuf's own JSON mapping; see
//! opentelemetry-proto:docs/specification.md, "JSON Protobuf Encoding".

mod decode;
mod encode;
mod text;
mod value;

use std::cell::Cell;

use super::error::{Error, ErrorKind};
use super::schema;
use super::signal::Signal;
use super::validate::{DEPTH_MAX, normalise, validate};

/// The request as protobuf, to be validated like any other.
///
/// Takes keys in lowerCamelCase and snake_case, enums by name or number, integers as
/// numbers or strings, hex of either case, base64 of either alphabet. Null is absent
/// and unknown keys are ignored.
pub fn decode(signal: Signal, json: &[u8]) -> Result<Vec<u8>, Error> {
    let text = simdutf8::compat::from_utf8(json)
        .map_err(|error| Error::new(ErrorKind::Utf8, error.valid_up_to()))?;
    let kind = Cell::new(ErrorKind::Json);
    decode::request(schema::request(signal), text, DEPTH_MAX, &kind)
        .map_err(|error| Error::new(kind.get(), offset(text, error.line(), error.column())))
}

/// The byte at which the reader stood; lines count from 1, columns in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let line_offset: usize = lines.map(str::len).sum();
    (line_offset + column.saturating_sub(1)).min(text.len())
}

/// The protobuf request in one line of strict OTLP/JSON; unknown fields are left out.
pub fn encode(signal: Signal, request: &[u8]) -> Result<Vec<u8>, Error> {
    let message = schema::request(signal);
    if validate(signal, request)?.repeats_singular {
        return encode::request(message, &normalise(signal, request)?);
    }
    encode::request(message, request)
}
