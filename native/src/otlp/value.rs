//! `AnyValue`: what kind it is, where its bytes are, and how to write it.

use super::error::Error;
use super::walk::{Slice, next_field};
use super::wire::{self, Reader, WireType};

pub const ABSENT: u8 = 0;
pub const STRING: u8 = 1;
pub const BOOL: u8 = 2;
pub const INT: u8 = 3;
pub const DOUBLE: u8 = 4;
pub const ARRAY: u8 = 5;
pub const KVLIST: u8 = 6;
pub const BYTES: u8 = 7;
pub const EMPTY: u8 = 8;

/// One value. `bits` holds a number, or packs the range of the text, of the bytes,
/// or (array and kvlist) of the whole `AnyValue` payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub bits: u64,
    pub kind: u8,
    /// The range lies in the holder's overlay, not in the request.
    pub in_overlay: bool,
}

impl Cell {
    pub const EMPTY: Self = Self { bits: 0, kind: EMPTY, in_overlay: false };

    #[inline]
    pub const fn number(kind: u8, bits: u64) -> Self {
        Self { bits, kind, in_overlay: false }
    }

    #[inline]
    pub const fn range(kind: u8, slice: Slice, in_overlay: bool) -> Self {
        let bits = (slice.offset as u64) << 32 | slice.len as u64;
        Self { bits, kind, in_overlay }
    }

    #[inline]
    pub const fn slice(&self) -> Slice {
        Slice { offset: (self.bits >> 32) as u32, len: self.bits as u32 }
    }

    pub const fn has_range(&self) -> bool {
        matches!(self.kind, STRING | BYTES | ARRAY | KVLIST)
    }

    /// The bytes of a value that has a range.
    #[inline]
    pub fn bytes<'a>(&self, buffers: &Buffers<'a>) -> &'a [u8] {
        let buffer = if self.in_overlay { buffers.overlay } else { buffers.raw };
        self.slice().bytes(buffer)
    }
}

/// Where the ranges of cells point to.
#[derive(Clone, Copy, Debug)]
pub struct Buffers<'a> {
    pub raw: &'a [u8],
    pub overlay: &'a [u8],
}

/// The value of the `AnyValue` at `start..end`; as in protobuf, the last field wins.
#[inline]
pub fn parse(buffer: &[u8], start: usize, end: usize, in_overlay: bool) -> Result<Cell, Error> {
    let mut reader = Reader::at(buffer, start, end);
    if let Some(text) = reader.len_field(0x0a)
        && reader.is_at_end()
    {
        return Ok(Cell::range(STRING, text, in_overlay));
    }
    match small(buffer.get(start..end).unwrap_or_default()) {
        Some(cell) => Ok(cell),
        None => parse_fields(buffer, start, end, in_overlay),
    }
}

/// A number that is the only field: what most values are that are no text.
#[inline]
fn small(payload: &[u8]) -> Option<Cell> {
    match *payload {
        [0x10, flag @ 0..2] => Some(Cell::number(BOOL, u64::from(flag))),
        [0x18, low @ 0..0x80] => Some(Cell::number(INT, u64::from(low))),
        [0x18, low, high @ 0..0x80] if low >= 0x80 => {
            Some(Cell::number(INT, u64::from(low & 0x7f) | u64::from(high) << 7))
        }
        _ => None,
    }
}

fn parse_fields(buffer: &[u8], start: usize, end: usize, in_overlay: bool) -> Result<Cell, Error> {
    let mut reader = Reader::at(buffer, start, end);
    let mut cell = Cell::EMPTY;
    while let Some(field) = next_field(&mut reader)? {
        let whole = Slice { offset: start as u32, len: end.saturating_sub(start) as u32 };
        cell = match (field.number, field.wire_type) {
            (1, WireType::Len) => Cell::range(STRING, Slice::of(&field), in_overlay),
            (2, WireType::Varint) => Cell::number(BOOL, u64::from(field.value != 0)),
            (3, WireType::Varint) => Cell::number(INT, field.value),
            (4, WireType::Fixed64) => Cell::number(DOUBLE, field.value),
            (5, WireType::Len) => Cell::range(ARRAY, whole, in_overlay),
            (6, WireType::Len) => Cell::range(KVLIST, whole, in_overlay),
            (7, WireType::Len) => Cell::range(BYTES, Slice::of(&field), in_overlay),
            (8, WireType::Varint) => Cell::EMPTY,
            _ => cell,
        };
    }
    Ok(cell)
}

/// Size of the `AnyValue` payload.
pub const fn size(cell: &Cell) -> usize {
    match cell.kind {
        STRING | BYTES => wire::len_field_size(1, cell.slice().len as usize),
        BOOL => 2,
        INT => 1 + wire::varint_len(cell.bits),
        DOUBLE => 9,
        ARRAY | KVLIST => cell.slice().len as usize,
        _ => 0,
    }
}

/// Writes the `AnyValue` payload.
pub fn put(out: &mut Vec<u8>, cell: &Cell, buffers: &Buffers<'_>) {
    match cell.kind {
        STRING => wire::put_len_field(out, 1, cell.bytes(buffers)),
        BOOL => wire::put_varint_field(out, 2, cell.bits),
        INT => wire::put_varint_field(out, 3, cell.bits),
        DOUBLE => wire::put_fixed64_field(out, 4, cell.bits),
        BYTES => wire::put_len_field(out, 7, cell.bytes(buffers)),
        ARRAY | KVLIST => out.extend_from_slice(cell.bytes(buffers)),
        _ => {}
    }
}
