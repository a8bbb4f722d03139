//! The protobuf wire format: tags, varints, lengths. Reads borrow, and never go out of bounds.

use super::error::{Error, ErrorKind};
use super::walk::Slice;

/// How a field's payload is laid out. Groups exist only in unknown fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireType {
    Varint,
    Fixed64,
    Len,
    StartGroup,
    EndGroup,
    Fixed32,
}

impl WireType {
    const fn from_tag(tag: u64) -> Option<Self> {
        match tag & 7 {
            0 => Some(Self::Varint),
            1 => Some(Self::Fixed64),
            2 => Some(Self::Len),
            3 => Some(Self::StartGroup),
            4 => Some(Self::EndGroup),
            5 => Some(Self::Fixed32),
            _ => None,
        }
    }
}

/// One field of a message. Offsets are positions in the whole buffer of the `Reader`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub number: u32,
    pub wire_type: WireType,
    /// Where the tag starts.
    pub start: usize,
    /// Where the payload starts: after the tag, and after the length of a `Len` field.
    pub payload: usize,
    /// Where the payload ends.
    pub end: usize,
    /// The value of `Varint`, `Fixed64` and `Fixed32`; 0 otherwise.
    pub value: u64,
}

/// Walks the fields of one message inside a buffer.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    buffer: &'a [u8],
    position: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    pub const fn new(buffer: &'a [u8]) -> Self {
        Self { buffer, position: 0, end: buffer.len() }
    }

    /// The message at `start..end` of `buffer`; an end beyond the buffer is cut to it.
    pub fn at(buffer: &'a [u8], start: usize, end: usize) -> Self {
        Self { buffer, position: start, end: end.min(buffer.len()) }
    }

    pub const fn position(&self) -> usize {
        self.position
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.buffer.get(self.position..self.end).unwrap_or_default()
    }

    /// Leaves out so many of the bytes of `rest`.
    pub fn pass(&mut self, n_bytes: usize) {
        self.position = self.end.min(self.position + n_bytes);
    }

    pub const fn is_at_end(&self) -> bool {
        self.position >= self.end
    }

    #[inline]
    pub fn varint(&mut self) -> Result<u64, Error> {
        let start = self.position;
        let bytes = self.buffer.get(start..self.end).unwrap_or_default();
        if let Some(&byte) = bytes.first()
            && byte < 0x80
        {
            self.position += 1;
            return Ok(u64::from(byte));
        }
        let mut value = 0u64;
        for (i, &byte) in bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                if i == 9 && byte > 1 {
                    return Err(Error::new(ErrorKind::Varint, start));
                }
                self.position = start + i + 1;
                return Ok(value);
            }
        }
        let kind = if bytes.len() < 10 { ErrorKind::Truncated } else { ErrorKind::Varint };
        Err(Error::new(kind, start))
    }

    pub fn fixed64(&mut self) -> Result<u64, Error> {
        let start = self.position;
        self.skip(8)?;
        Ok(fixed64(self.buffer, start))
    }

    pub fn fixed32(&mut self) -> Result<u32, Error> {
        let start = self.position;
        self.skip(4)?;
        Ok(fixed32(self.buffer, start))
    }

    fn skip(&mut self, n_bytes: u64) -> Result<(), Error> {
        let left = self.end.saturating_sub(self.position);
        match usize::try_from(n_bytes) {
            Ok(n_bytes) if n_bytes <= left => {
                self.position += n_bytes;
                Ok(())
            }
            _ => Err(Error::new(ErrorKind::Truncated, self.position)),
        }
    }

    /// The next field, or None at the end. A group's payload is left to the caller.
    #[inline]
    pub fn next_field(&mut self) -> Result<Option<Field>, Error> {
        match self.common_field() {
            Some(field) => Ok(Some(field)),
            None => self.any_field(),
        }
    }

    /// A field below 16 with a length below 2^14 or 64 fixed bits: nearly all there are.
    #[inline(always)]
    pub fn common_field(&mut self) -> Option<Field> {
        let start = self.position;
        let (&[tag, low], rest) = self.buffer.get(start..self.end)?.split_first_chunk::<2>()?;
        let (wire_type, payload, len) = match (tag & 0x87, low, rest) {
            (2, 0..0x80, _) => (WireType::Len, start + 2, usize::from(low)),
            (2, _, [high @ 0..0x80, ..]) => {
                (WireType::Len, start + 3, usize::from(low & 0x7f) | usize::from(*high) << 7)
            }
            (1, ..) => (WireType::Fixed64, start + 1, 8),
            _ => return None,
        };
        let end = payload + len;
        if end > self.end || tag < 8 {
            return None;
        }
        self.position = end;
        let value = if tag & 7 == 1 { fixed64(self.buffer, payload) } else { 0 };
        Some(Field { number: u32::from(tag >> 3), wire_type, start, payload, end, value })
    }

    /// The payload of the next field if its tag is this byte and its length below 2^14.
    #[inline(always)]
    pub fn len_field(&mut self, tag: u8) -> Option<Slice> {
        let start = self.position;
        let (payload, len) = match *self.buffer.get(start..self.end)? {
            [first, len @ 0..0x80, ..] if first == tag => (start + 2, usize::from(len)),
            [first, low, high @ 0..0x80, ..] if first == tag => {
                (start + 3, usize::from(low & 0x7f) | usize::from(high) << 7)
            }
            _ => return None,
        };
        if payload + len > self.end {
            return None;
        }
        self.position = payload + len;
        Some(Slice { offset: payload as u32, len: len as u32 })
    }

    #[inline(never)]
    fn any_field(&mut self) -> Result<Option<Field>, Error> {
        if self.is_at_end() {
            return Ok(None);
        }
        let start = self.position;
        let tag = self.varint()?;
        let number = match u32::try_from(tag >> 3) {
            Ok(number) if number != 0 && number < 1 << 29 => number,
            _ => return Err(Error::new(ErrorKind::FieldNumber, start)),
        };
        let Some(wire_type) = WireType::from_tag(tag) else {
            return Err(Error::new(ErrorKind::WireType, start));
        };
        let mut payload = self.position;
        let mut value = 0;
        match wire_type {
            WireType::Varint => value = self.varint()?,
            WireType::Fixed64 => {
                self.skip(8)?;
                value = fixed64(self.buffer, payload);
            }
            WireType::Fixed32 => {
                self.skip(4)?;
                value = u64::from(fixed32(self.buffer, payload));
            }
            WireType::Len => {
                let length = self.varint()?;
                payload = self.position;
                self.skip(length)?;
            }
            WireType::StartGroup | WireType::EndGroup => {}
        }
        Ok(Some(Field { number, wire_type, start, payload, end: self.position, value }))
    }
}

/// Little-endian u64 at `offset`; 0 where the buffer ends before.
#[inline]
pub fn fixed64(buffer: &[u8], offset: usize) -> u64 {
    let bytes = buffer.get(offset..offset.saturating_add(8)).and_then(|b| b.try_into().ok());
    bytes.map_or(0, u64::from_le_bytes)
}

/// Little-endian u32 at `offset`; 0 where the buffer ends before.
#[inline]
pub fn fixed32(buffer: &[u8], offset: usize) -> u32 {
    let bytes = buffer.get(offset..offset.saturating_add(4)).and_then(|b| b.try_into().ok());
    bytes.map_or(0, u32::from_le_bytes)
}

/// How many bytes `value` takes as a varint.
#[inline]
pub const fn varint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

#[inline]
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn put_tag(out: &mut Vec<u8>, number: u32, wire_type: WireType) {
    let code = match wire_type {
        WireType::Varint => 0,
        WireType::Fixed64 => 1,
        WireType::Len => 2,
        WireType::StartGroup => 3,
        WireType::EndGroup => 4,
        WireType::Fixed32 => 5,
    };
    put_varint(out, u64::from(number) << 3 | code);
}

pub fn put_varint_field(out: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(out, number, WireType::Varint);
    put_varint(out, value);
}

pub fn put_fixed64_field(out: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(out, number, WireType::Fixed64);
    out.extend_from_slice(&value.to_le_bytes());
}

pub fn put_len_field(out: &mut Vec<u8>, number: u32, payload: &[u8]) {
    put_tag(out, number, WireType::Len);
    put_varint(out, payload.len() as u64);
    out.extend_from_slice(payload);
}

/// The size of a `Len` field with this payload, tag and length included.
pub const fn len_field_size(number: u32, payload_len: usize) -> usize {
    varint_len((number as u64) << 3) + varint_len(payload_len as u64) + payload_len
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_survive_a_round_trip() -> Result<(), Error> {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(out.len(), varint_len(value));
            assert_eq!(Reader::new(&out).varint()?, value);
        }
        Ok(())
    }

    #[test]
    fn refuses_a_varint_above_64_bits() {
        let bytes = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        let error = Reader::new(&bytes).varint();
        assert_eq!(error, Err(Error::new(ErrorKind::Varint, 0)));
    }

    #[test]
    fn refuses_a_length_beyond_the_end() {
        let error = Reader::new(&[0x0a, 0x05, 0x00]).next_field();
        assert_eq!(error, Err(Error::new(ErrorKind::Truncated, 2)));
    }

    #[test]
    fn refuses_field_number_zero() {
        let error = Reader::new(&[0x00, 0x00]).next_field();
        assert_eq!(error, Err(Error::new(ErrorKind::FieldNumber, 0)));
    }
}
