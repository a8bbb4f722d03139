//! What a request must be before anything else looks at it.
//!
//! Stricter than protobuf, never laxer: a known field with a foreign wire type is
//! refused, as the Collector does. Nothing is allocated and nothing is copied.

use super::error::{Error, ErrorKind};
use super::schema::{self, Field, Kind, Message, Role};
use super::signal::Signal;

pub use super::normalise::normalise;
pub use super::prune::drop_bad_ids;

/// How deep messages and unknown groups may nest below the request; protobuf's own limit.
pub const DEPTH_MAX: u32 = 100;

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
    /// Items that `drop_bad_ids` would remove.
    pub n_bad_ids: u32,
    /// Some singular field or oneof occurs more than once in its message. Such a request
    /// is to be normalised, and its items counted again, before it is indexed.
    pub repeats_singular: bool,
}

/// Accepts only what protobuf accepts too. Ids of a wrong length are only counted.
pub fn validate(signal: Signal, request: &[u8]) -> Result<Summary, Error> {
    let mut walk = Walk { buffer: request, summary: Summary::default(), bad_id: false };
    walk.message(schema::request(signal), 0, request.len(), DEPTH_MAX)?;
    Ok(walk.summary)
}

/// Whether the ids of this valid item are such that it must be refused.
pub fn has_bad_id(item: &'static Message, buffer: &[u8]) -> Result<bool, Error> {
    let mut walk = Walk { buffer, summary: Summary::default(), bad_id: false };
    walk.message(item, 0, buffer.len(), DEPTH_MAX)?;
    Ok(walk.summary.n_bad_ids > 0)
}

struct Walk<'a> {
    buffer: &'a [u8],
    summary: Summary,
    /// An id of the item being walked has a wrong length.
    bad_id: bool,
}

impl Walk<'_> {
    /// Checks the message at `at..end`, which may nest `depth` levels deeper.
    fn message(
        &mut self,
        message: &'static Message,
        mut at: usize,
        end: usize,
        depth: u32,
    ) -> Result<(), Error> {
        let mut seen = 0;
        while at < end {
            let start = at;
            let tag = self.short_varint(&mut at, end)?;
            let Some(field) = message.field((tag >> 3) as u32) else {
                at = self.unknown(tag, start, at, end, depth)?;
                continue;
            };
            self.summary.repeats_singular |= seen & field.bit != 0;
            seen |= field.bit;
            at = match tag & 7 {
                LEN => {
                    let length = self.short_varint(&mut at, end)?;
                    let payload_end = advance(at, length, end)?;
                    self.payload(field, at, payload_end, depth)?;
                    payload_end
                }
                _ if tag & 7 == scalar_wire_type(field.kind) => {
                    self.skip_scalar(tag & 7, at, end)?
                }
                _ => return Err(Error::new(ErrorKind::WireType, start)),
            };
        }
        if message.role == Role::Item {
            self.count_item(message.required & !seen != 0);
        }
        Ok(())
    }

    fn count_item(&mut self, lacks_id: bool) {
        self.summary.n_items += 1;
        self.summary.n_bad_ids += u32::from(self.bad_id | lacks_id);
        self.bad_id = false;
    }

    /// Checks the payload of a field that came with a length.
    #[inline]
    fn payload(
        &mut self,
        field: &'static Field,
        at: usize,
        end: usize,
        depth: u32,
    ) -> Result<(), Error> {
        match field.kind {
            Kind::String => self.string(at, end),
            Kind::Message(message) => match depth.checked_sub(1) {
                Some(depth) => self.message(message, at, end, depth),
                None => Err(Error::new(ErrorKind::Depth, at)),
            },
            Kind::Bytes => Ok(()),
            Kind::Id(length) => {
                self.bad_id |= end != at && end - at != length;
                Ok(())
            }
            Kind::RequiredId(length) => {
                let id = self.buffer.get(at..end).unwrap_or_default();
                self.bad_id |= id.len() != length || id.iter().all(|&byte| byte == 0);
                Ok(())
            }
            kind if field.repeated => self.packed(scalar_wire_type(kind), at, end),
            _ => Err(Error::new(ErrorKind::WireType, at)),
        }
    }

    #[inline]
    fn string(&self, at: usize, end: usize) -> Result<(), Error> {
        let bytes = self.buffer.get(at..end).unwrap_or_default();
        if bytes.is_ascii() || simdutf8::basic::from_utf8(bytes).is_ok() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Utf8, at))
    }

    fn packed(&self, wire_type: u64, mut at: usize, end: usize) -> Result<(), Error> {
        while at < end {
            at = self.skip_scalar(wire_type, at, end)?;
        }
        Ok(())
    }

    /// The end of the scalar that starts at `at`.
    #[inline]
    fn skip_scalar(&self, wire_type: u64, mut at: usize, end: usize) -> Result<usize, Error> {
        match wire_type {
            FIXED64 => advance(at, 8, end),
            FIXED32 => advance(at, 4, end),
            _ => self.varint::<10>(&mut at, end).map(|_| at),
        }
    }

    /// The end of an unknown field whose tag, which starts at `start`, ends at `at`.
    #[cold]
    fn unknown(
        &self,
        tag: u64,
        start: usize,
        mut at: usize,
        end: usize,
        depth: u32,
    ) -> Result<usize, Error> {
        if tag >> 3 == 0 || tag > u64::from(u32::MAX) {
            return Err(Error::new(ErrorKind::FieldNumber, start));
        }
        match tag & 7 {
            wire_type @ (VARINT | FIXED64 | FIXED32) => self.skip_scalar(wire_type, at, end),
            LEN => {
                let length = self.short_varint(&mut at, end)?;
                advance(at, length, end)
            }
            START_GROUP => self.group(tag >> 3, at, end, depth),
            _ => Err(Error::new(ErrorKind::WireType, start)),
        }
    }

    /// The end of a group, its end tag included. Only unknown fields have groups.
    fn group(&self, number: u64, mut at: usize, end: usize, depth: u32) -> Result<usize, Error> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Error::new(ErrorKind::Depth, at));
        };
        loop {
            let start = at;
            let tag = self.short_varint(&mut at, end)?;
            if tag == number << 3 | END_GROUP {
                return Ok(at);
            }
            at = self.unknown(tag, start, at, end, depth)?;
        }
    }

    /// Tags and lengths: protobuf reads no more than five bytes of them.
    #[inline]
    fn short_varint(&self, at: &mut usize, end: usize) -> Result<u64, Error> {
        self.varint::<5>(at, end)
    }

    #[inline]
    fn varint<const N_MAX: usize>(&self, at: &mut usize, end: usize) -> Result<u64, Error> {
        let bytes = self.buffer.get(*at..end).unwrap_or_default();
        match bytes.first() {
            Some(&byte) if byte < 0x80 => {
                *at += 1;
                Ok(u64::from(byte))
            }
            _ => long_varint::<N_MAX>(bytes, at),
        }
    }
}

fn long_varint<const N_MAX: usize>(bytes: &[u8], at: &mut usize) -> Result<u64, Error> {
    let mut value = 0u64;
    for (i, &byte) in bytes.iter().take(N_MAX).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            let overflows = i == 9 && byte > 1;
            if overflows {
                break;
            }
            *at += i + 1;
            return Ok(value);
        }
    }
    let kind = if bytes.len() < N_MAX { ErrorKind::Truncated } else { ErrorKind::Varint };
    Err(Error::new(kind, *at))
}

#[inline]
fn advance(at: usize, n_bytes: u64, end: usize) -> Result<usize, Error> {
    if n_bytes <= end.saturating_sub(at) as u64 {
        return Ok(at + n_bytes as usize);
    }
    Err(Error::new(ErrorKind::Truncated, at))
}

/// The wire type of one value of this kind outside a packed field.
#[inline]
const fn scalar_wire_type(kind: Kind) -> u64 {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => FIXED64,
        Kind::Fixed32 => FIXED32,
        Kind::String | Kind::Bytes | Kind::Id(_) | Kind::RequiredId(_) | Kind::Message(_) => LEN,
        _ => VARINT,
    }
}
