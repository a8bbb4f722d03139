//! What a request must be before anything else looks at it.
//!
//! Stricter than protobuf, never laxer: a known field with a foreign wire type is
//! refused, as the Collector does. Nothing is allocated and nothing is copied.

use super::error::{Error, ErrorKind};
use super::schema::{self, Check, Message, Role};
use super::signal::Signal;

pub use super::normalise::normalise;
pub use super::prune::drop_bad_ids;

/// How deep messages and unknown groups may nest below the request; protobuf's own limit.
pub const DEPTH_MAX: u32 = 100;

/// Protobuf reads no more bytes than these of tags and lengths, and of values.
const SHORT_VARINT_BYTES_MAX: usize = 5;
const VARINT_BYTES_MAX: usize = 10;

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LEN: u64 = 2;
const START_GROUP: u64 = 3;
const END_GROUP: u64 = 4;
const FIXED32: u64 = 5;

/// What is in a valid request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Spans, log records or data points, those with bad ids included.
    pub n_items: u32,
    /// Messages below the request, at any depth.
    pub n_messages: u32,
    /// Items that `drop_bad_ids` would remove.
    pub n_bad_ids: u32,
    /// Some singular field or oneof occurs more than once in its message. Such a request
    /// is to be normalised, and its items counted again, before it is indexed.
    pub repeats_singular: bool,
}

/// Accepts only what protobuf accepts too. Ids of a wrong length are only counted.
pub fn validate(signal: Signal, request: &[u8]) -> Result<Summary, Error> {
    summary(schema::request(signal), request)
}

/// Whether the ids of this item are such that it must be refused.
pub fn has_bad_id(item: &'static Message, content: &[u8]) -> Result<bool, Error> {
    Ok(summary(item, content)?.n_bad_ids > 0)
}

fn summary(message: &'static Message, content: &[u8]) -> Result<Summary, Error> {
    let mut walk = Walk::new(content);
    match walk.message(message, content, DEPTH_MAX) {
        Some(()) => Ok(walk.summary),
        None => Err(walk.error),
    }
}

/// One pass over a request. Its steps give back what is left to read, or None once
/// `error` is set: that fits into registers, which a `Result` with an `Error` does not.
struct Walk<'a> {
    request: &'a [u8],
    summary: Summary,
    /// An id of the item being walked has a wrong length.
    bad_id: bool,
    error: Error,
}

impl<'a> Walk<'a> {
    fn new(request: &'a [u8]) -> Self {
        let error = Error::new(ErrorKind::Truncated, 0);
        Self { request, summary: Summary::default(), bad_id: false, error }
    }

    #[cold]
    fn fail<T>(&mut self, kind: ErrorKind, at: &[u8]) -> Option<T> {
        let offset = (at.as_ptr() as usize).wrapping_sub(self.request.as_ptr() as usize);
        self.error = Error::new(kind, offset);
        None
    }

    /// Checks a message that may nest `depth` levels deeper.
    fn message(&mut self, message: &'static Message, mut rest: &'a [u8], depth: u32) -> Option<()> {
        let mut seen = 0;
        let mut repeated = 0;
        self.summary.n_messages += 1;
        while !rest.is_empty() {
            let field = rest;
            let (tag, payload) = self.varint::<SHORT_VARINT_BYTES_MAX>(field)?;
            let slot = message.slot(tag);
            repeated |= seen & slot.bit;
            seen |= slot.bit;
            rest = match slot.check {
                Check::String => self.string(payload)?,
                Check::Message(nested) => self.nested(nested, payload, depth)?,
                Check::Varint => self.varint::<VARINT_BYTES_MAX>(payload)?.1,
                Check::Fixed64 => self.skip(payload, 8)?,
                Check::Fixed32 => self.skip(payload, 4)?,
                Check::Bytes => self.payload(payload)?.1,
                Check::Id(length) => self.id(payload, length)?,
                Check::RequiredId(length) => self.required_id(payload, length)?,
                Check::PackedVarint => self.packed(payload, VARINT)?,
                Check::PackedFixed64 => self.packed(payload, FIXED64)?,
                Check::PackedFixed32 => self.packed(payload, FIXED32)?,
                Check::Unknown => self.unknown(tag, field, payload, depth)?,
                Check::WrongWireType => return self.fail(ErrorKind::WireType, field),
            };
        }
        self.summary.repeats_singular |= repeated != 0;
        if message.role == Role::Item {
            self.count_item(message.required & !seen != 0);
        }
        Some(())
    }

    fn count_item(&mut self, lacks_id: bool) {
        self.summary.n_items += 1;
        self.summary.n_bad_ids += u32::from(self.bad_id | lacks_id);
        self.bad_id = false;
    }

    #[inline]
    fn nested(
        &mut self,
        message: &'static Message,
        rest: &'a [u8],
        depth: u32,
    ) -> Option<&'a [u8]> {
        let (content, rest) = self.payload(rest)?;
        match depth.checked_sub(1) {
            Some(depth) => self.message(message, content, depth)?,
            None => return self.fail(ErrorKind::Depth, content),
        }
        Some(rest)
    }

    #[inline]
    fn string(&mut self, rest: &'a [u8]) -> Option<&'a [u8]> {
        let (text, rest) = self.payload(rest)?;
        if text.is_ascii() || simdutf8::basic::from_utf8(text).is_ok() {
            return Some(rest);
        }
        self.fail(ErrorKind::Utf8, text)
    }

    fn id(&mut self, rest: &'a [u8], length: u8) -> Option<&'a [u8]> {
        let (id, rest) = self.payload(rest)?;
        self.bad_id |= !id.is_empty() && id.len() != usize::from(length);
        Some(rest)
    }

    fn required_id(&mut self, rest: &'a [u8], length: u8) -> Option<&'a [u8]> {
        let (id, rest) = self.payload(rest)?;
        self.bad_id |= id.len() != usize::from(length) || id.iter().all(|&byte| byte == 0);
        Some(rest)
    }

    fn packed(&mut self, rest: &'a [u8], wire_type: u64) -> Option<&'a [u8]> {
        let (mut numbers, rest) = self.payload(rest)?;
        while !numbers.is_empty() {
            numbers = self.number(numbers, wire_type)?;
        }
        Some(rest)
    }

    fn number(&mut self, rest: &'a [u8], wire_type: u64) -> Option<&'a [u8]> {
        match wire_type {
            FIXED64 => self.skip(rest, 8),
            FIXED32 => self.skip(rest, 4),
            _ => self.varint::<VARINT_BYTES_MAX>(rest).map(|(_, rest)| rest),
        }
    }

    /// Skips the `payload` of an unknown `field` (from its tag on).
    #[cold]
    fn unknown(
        &mut self,
        tag: u64,
        field: &'a [u8],
        payload: &'a [u8],
        depth: u32,
    ) -> Option<&'a [u8]> {
        if tag >> 3 == 0 || tag > u64::from(u32::MAX) {
            return self.fail(ErrorKind::FieldNumber, field);
        }
        match tag & 7 {
            wire_type @ (VARINT | FIXED64 | FIXED32) => self.number(payload, wire_type),
            LEN => self.payload(payload).map(|(_, rest)| rest),
            START_GROUP => self.group(tag >> 3, payload, depth),
            _ => self.fail(ErrorKind::WireType, field),
        }
    }

    /// Skips a group and its end. Only unknown fields have groups.
    fn group(&mut self, number: u64, mut rest: &'a [u8], depth: u32) -> Option<&'a [u8]> {
        let Some(depth) = depth.checked_sub(1) else {
            return self.fail(ErrorKind::Depth, rest);
        };
        loop {
            let (tag, payload) = self.varint::<SHORT_VARINT_BYTES_MAX>(rest)?;
            if tag == number << 3 | END_GROUP {
                return Some(payload);
            }
            rest = self.unknown(tag, rest, payload, depth)?;
        }
    }

    /// What a length announces, and what comes after it.
    #[inline]
    fn payload(&mut self, rest: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let (length, rest) = self.varint::<SHORT_VARINT_BYTES_MAX>(rest)?;
        match rest.split_at_checked(length as usize) {
            None => self.fail(ErrorKind::Truncated, rest),
            split => split,
        }
    }

    #[inline]
    fn skip(&mut self, rest: &'a [u8], n_bytes: usize) -> Option<&'a [u8]> {
        match rest.get(n_bytes..) {
            None => self.fail(ErrorKind::Truncated, rest),
            rest => rest,
        }
    }

    #[inline]
    fn varint<const N_MAX: usize>(&mut self, rest: &'a [u8]) -> Option<(u64, &'a [u8])> {
        match rest.split_first() {
            Some((&byte, rest)) if byte < 0x80 => Some((u64::from(byte), rest)),
            _ => self.long_varint::<N_MAX>(rest),
        }
    }

    fn long_varint<const N_MAX: usize>(&mut self, rest: &'a [u8]) -> Option<(u64, &'a [u8])> {
        let mut value = 0u64;
        for (i, &byte) in rest.iter().take(N_MAX).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                let overflows = i == 9 && byte > 1;
                if overflows {
                    break;
                }
                return Some((value, rest.get(i + 1..)?));
            }
        }
        let kind = if rest.len() < N_MAX { ErrorKind::Truncated } else { ErrorKind::Varint };
        self.fail(kind, rest)
    }
}
