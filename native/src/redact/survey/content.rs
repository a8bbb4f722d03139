//! Attributes as most are: a key and one value.

use super::super::pairs::{
    BOOL_VALUE, DOUBLE_VALUE, INT_VALUE, KEY, KEY_TAG, STRING_TAG, STRING_VALUE, VALUE, VALUE_TAG,
};
use super::super::step::Stop;
use crate::otlp::walk::{Slice, fields_while};
use crate::otlp::wire::{Field, Reader, WireType};

/// What an `AnyValue` holds.
pub enum Content {
    /// Nothing that is scanned.
    Nothing,
    Text(Slice),
    Number(Field),
    /// What only the walk knows to scan.
    More,
}

pub fn content(request: &[u8], value: Slice) -> Result<Content, Stop> {
    let reader = value.reader(request);
    if let Some([text]) = lone_fields(reader.clone(), [STRING_TAG]) {
        return Ok(Content::Text(text));
    }
    let (mut content, mut n_cases) = (Content::Nothing, 0);
    fields_while(reader, |case| {
        n_cases += 1;
        content = match (case.number, case.wire_type) {
            _ if n_cases > 1 => Content::More,
            (STRING_VALUE, WireType::Len) => Content::Text(Slice::of(case)),
            (BOOL_VALUE, _) => Content::Nothing,
            (INT_VALUE | DOUBLE_VALUE, _) => Content::Number(*case),
            _ => Content::More,
        };
        Ok::<_, Stop>(n_cases == 1)
    })?;
    Ok(content)
}

/// Both fields of a pair, if there is one of each and nothing else.
pub fn key_and_value(request: &[u8], pair: Slice) -> Result<Option<[Slice; 2]>, Stop> {
    let reader = pair.reader(request);
    if let Some(both) = lone_fields(reader.clone(), [KEY_TAG, VALUE_TAG]) {
        return Ok(Some(both));
    }
    let (mut key, mut value, mut n_fields) = (None, None, 0);
    fields_while(reader, |field| {
        n_fields += 1;
        match (field.number, field.wire_type) {
            (KEY, WireType::Len) => key = Some(Slice::of(field)),
            (VALUE, WireType::Len) => value = Some(Slice::of(field)),
            _ => {}
        }
        Ok::<_, Stop>(n_fields <= 2)
    })?;
    Ok(key.zip(value).filter(|_| n_fields == 2).map(<[_; 2]>::from))
}

/// The fields of a message that holds those with these tags, in this order, and nothing else;
/// None also of rare lengths.
fn lone_fields<const N: usize>(mut reader: Reader<'_>, tags: [u8; N]) -> Option<[Slice; N]> {
    let mut fields = [Slice::default(); N];
    for (field, tag) in fields.iter_mut().zip(tags) {
        *field = reader.len_field(tag)?;
    }
    reader.is_at_end().then_some(fields)
}
