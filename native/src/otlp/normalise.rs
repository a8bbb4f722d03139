//! Merges what occurs more than once but is singular, the way protobuf parsers do.
//!
//! A message in several parts is read as the list of these parts, so that memory and
//! time stay in proportion to the request, however deep it nests.

use super::error::{Error, ErrorKind};
use super::schema::{self, Message};
use super::signal::Signal;
use super::validate::DEPTH_MAX;
use super::walk::{Slice, next_field};
use super::wire::{Field, Reader, WireType, put_tag, put_varint, varint_len};

/// The valid `request` with every singular field and oneof at most once in its message.
///
/// Occurrences of a singular message are merged, of anything else the last one wins.
/// Unknown fields stay where they are.
pub fn normalise(signal: Signal, request: &[u8]) -> Result<Vec<u8>, Error> {
    let len = u32::try_from(request.len()).map_err(|_| Error::new(ErrorKind::TooLarge, 0))?;
    let mut merger = Merger { request, out: Vec::with_capacity(request.len()) };
    merger.message(schema::request(signal), &[Slice { offset: 0, len }], DEPTH_MAX)?;
    Ok(merger.out)
}

struct Merger<'a> {
    request: &'a [u8],
    out: Vec<u8>,
}

/// What counts of a singular field, or of a oneof.
struct Single {
    /// As in `schema::Field`.
    bit: u32,
    number: u32,
    /// Where the last occurrence starts; that is where the merged field is written.
    last: usize,
    /// The payloads of a message's occurrences, but for empty ones.
    parts: Vec<Slice>,
}

impl<'a> Merger<'a> {
    fn reader(&self, part: Slice) -> Reader<'a> {
        let start = part.offset as usize;
        Reader::at(self.request, start, start + part.len as usize)
    }

    /// Writes the content of a message that stands in `parts` of the request.
    fn message(
        &mut self,
        message: &'static Message,
        parts: &[Slice],
        depth: u32,
    ) -> Result<(), Error> {
        let singles = self.singles(message, parts)?;
        for &part in parts {
            let mut reader = self.reader(part);
            while let Some(field) = next_field(&mut reader)? {
                self.field(message, &field, &singles, depth)?;
            }
        }
        Ok(())
    }

    fn singles(&self, message: &Message, parts: &[Slice]) -> Result<Vec<Single>, Error> {
        let mut singles = Vec::new();
        for &part in parts {
            let mut reader = self.reader(part);
            while let Some(field) = next_field(&mut reader)? {
                match message.field(field.number) {
                    Some(known) if !known.repeated => note(&mut singles, known, &field),
                    _ => {}
                }
            }
        }
        Ok(singles)
    }

    fn field(
        &mut self,
        message: &Message,
        field: &Field,
        singles: &[Single],
        depth: u32,
    ) -> Result<(), Error> {
        let known = message.field(field.number);
        let single = singles.iter().find(|single| known.is_some_and(|k| k.bit == single.bit));
        if single.is_some_and(|single| single.last != field.start) {
            return Ok(());
        }
        let Some(nested) = known.and_then(|known| known.message()) else {
            let whole = self.request.get(field.start..field.end).unwrap_or_default();
            self.out.extend_from_slice(whole);
            return Ok(());
        };
        let depth = depth.checked_sub(1).ok_or(Error::new(ErrorKind::Depth, field.start))?;
        match single {
            Some(single) => self.nested(nested, field.number, &single.parts, depth),
            None => self.nested(nested, field.number, &[Slice::of(field)], depth),
        }
    }

    /// Writes a message with tag and length. Mostly the length is that of its parts.
    fn nested(
        &mut self,
        message: &'static Message,
        number: u32,
        parts: &[Slice],
        depth: u32,
    ) -> Result<(), Error> {
        put_tag(&mut self.out, number, WireType::Len);
        let expected: u64 = parts.iter().map(|part| u64::from(part.len)).sum();
        let start = self.out.len();
        put_varint(&mut self.out, expected);
        let content = self.out.len();
        self.message(message, parts, depth)?;
        let length = (self.out.len() - content) as u64;
        if length != expected {
            let mut header = Vec::with_capacity(varint_len(length));
            put_varint(&mut header, length);
            self.out.splice(start..content, header);
        }
        Ok(())
    }
}

/// Remembers an occurrence. A oneof that changes its case forgets what it held.
fn note(singles: &mut Vec<Single>, known: &schema::Field, field: &Field) {
    let at = singles.iter().position(|single| single.bit == known.bit);
    let at = at.unwrap_or(singles.len());
    if at == singles.len() {
        let (bit, number) = (known.bit, field.number);
        singles.push(Single { bit, number, last: field.start, parts: Vec::new() });
    }
    let Some(single) = singles.get_mut(at) else { return };
    if single.number != field.number {
        single.parts.clear();
    }
    (single.number, single.last) = (field.number, field.start);
    if known.message().is_some() && field.end > field.payload {
        single.parts.push(Slice::of(field));
    }
}
