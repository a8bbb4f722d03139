//! Walks the fields of a message; an unknown group counts as one field.

use super::error::{Error, ErrorKind};
use super::wire::{Field, Reader, WireType};

/// Deeper groups than a parser would follow are refused.
const GROUP_DEPTH_MAX: usize = 100;

/// The next field, or None at the end. A group comes as one field that ends after it.
#[inline]
pub fn next_field(reader: &mut Reader<'_>) -> Result<Option<Field>, Error> {
    match reader.common_field() {
        Some(field) => Ok(Some(field)),
        None => any_field(reader),
    }
}

/// Calls `read` for every field. Faster than `next_field` for messages of many fields: a
/// common field is not moved through memory.
#[inline]
pub fn each_field(
    reader: Reader<'_>,
    mut read: impl FnMut(&Field) -> Result<(), Error>,
) -> Result<(), Error> {
    fields_while(reader, |field| read(field).map(|()| true))
}

/// As `each_field`, until `read` says false.
#[inline]
pub fn fields_while<E: From<Error>>(
    mut reader: Reader<'_>,
    mut read: impl FnMut(&Field) -> Result<bool, E>,
) -> Result<(), E> {
    loop {
        let goes_on = if let Some(field) = reader.common_field() {
            read(&field)?
        } else if let Some(field) = any_field(&mut reader)? {
            read(&field)?
        } else {
            false
        };
        if !goes_on {
            return Ok(());
        }
    }
}

#[inline(never)]
fn any_field(reader: &mut Reader<'_>) -> Result<Option<Field>, Error> {
    match reader.next_field()? {
        Some(field) if field.wire_type == WireType::StartGroup => skip_group(reader, field),
        Some(field) if field.wire_type == WireType::EndGroup => {
            Err(Error::new(ErrorKind::WireType, field.start))
        }
        field => Ok(field),
    }
}

#[cold]
fn skip_group(reader: &mut Reader<'_>, group: Field) -> Result<Option<Field>, Error> {
    let mut open = vec![group.number];
    while let Some(&number) = open.last() {
        let Some(field) = reader.next_field()? else {
            return Err(Error::new(ErrorKind::Truncated, reader.position()));
        };
        match field.wire_type {
            WireType::StartGroup if open.len() >= GROUP_DEPTH_MAX => {
                return Err(Error::new(ErrorKind::Depth, field.start));
            }
            WireType::StartGroup => open.push(field.number),
            WireType::EndGroup if field.number == number => drop(open.pop()),
            WireType::EndGroup => return Err(Error::new(ErrorKind::WireType, field.start)),
            _ => {}
        }
    }
    Ok(Some(Field { end: reader.position(), ..group }))
}

/// A range of bytes within 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    pub offset: u32,
    pub len: u32,
}

impl Slice {
    /// The payload of a field. Buffers above 4 GiB are refused before they are walked.
    #[inline]
    pub const fn of(field: &Field) -> Self {
        Self { offset: field.payload as u32, len: (field.end - field.payload) as u32 }
    }

    /// Over the fields of the message that it is.
    #[inline]
    pub fn reader(self, buffer: &[u8]) -> Reader<'_> {
        let start = self.offset as usize;
        Reader::at(buffer, start, start.saturating_add(self.len as usize))
    }

    #[inline]
    pub fn bytes(self, buffer: &[u8]) -> &[u8] {
        let start = self.offset as usize;
        buffer.get(start..start.saturating_add(self.len as usize)).unwrap_or_default()
    }
}

/// A message inside the buffer: where its tag starts, and its payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub start: u32,
    pub payload: u32,
    pub end: u32,
}

impl Node {
    #[inline]
    pub const fn of(field: &Field) -> Self {
        Self { start: field.start as u32, payload: field.payload as u32, end: field.end as u32 }
    }

    #[inline]
    pub fn reader(self, buffer: &[u8]) -> Reader<'_> {
        Reader::at(buffer, self.payload as usize, self.end as usize)
    }

    pub const fn payload_len(self) -> usize {
        self.end.saturating_sub(self.payload) as usize
    }

    /// Tag, length and payload.
    pub const fn field_len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_one_field_with_all_that_is_in_it() -> Result<(), Error> {
        let bytes = [0x0b, 0x10, 0x01, 0x13, 0x14, 0x0c, 0x08, 0x07];
        let mut reader = Reader::new(&bytes);
        let group = next_field(&mut reader)?;
        assert_eq!(group.map(|field| (field.start, field.end)), Some((0, 6)));
        let after = next_field(&mut reader)?;
        assert_eq!(after.map(|field| field.value), Some(7));
        Ok(())
    }

    #[test]
    fn refuses_a_group_that_another_one_ends() {
        let error = next_field(&mut Reader::new(&[0x0b, 0x14]));
        assert_eq!(error, Err(Error::new(ErrorKind::WireType, 1)));
    }
}
