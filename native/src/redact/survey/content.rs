//! Attributes as most are: a key and one value.

use super::super::pairs::{BOOL_VALUE, DOUBLE_VALUE, INT_VALUE, KEY, STRING_VALUE, VALUE};
use super::super::step::Stop;
use crate::otlp::walk::fields_while;
use crate::otlp::wire::{Field, Reader, WireType};

/// What an `AnyValue` holds.
pub enum Content {
    /// Nothing that is scanned.
    Nothing,
    Text(Field),
    Number(Field),
    /// What only the walk knows to scan.
    More,
}

pub fn content(request: &[u8], value: &Field) -> Result<Content, Stop> {
    let (mut content, mut n_cases) = (Content::Nothing, 0);
    fields_while(Reader::at(request, value.payload, value.end), |case| {
        n_cases += 1;
        content = match (case.number, case.wire_type) {
            _ if n_cases > 1 => Content::More,
            (STRING_VALUE, WireType::Len) => Content::Text(*case),
            (BOOL_VALUE, _) => Content::Nothing,
            (INT_VALUE | DOUBLE_VALUE, _) => Content::Number(*case),
            _ => Content::More,
        };
        Ok::<_, Stop>(n_cases == 1)
    })?;
    Ok(content)
}

/// Both fields of a pair, if there is one of each and nothing else.
pub fn key_and_value(request: &[u8], pair: &Field) -> Result<Option<(Field, Field)>, Stop> {
    let (mut key, mut value, mut n_fields) = (None, None, 0);
    fields_while(Reader::at(request, pair.payload, pair.end), |field| {
        n_fields += 1;
        match (field.number, field.wire_type) {
            (KEY, WireType::Len) => key = Some(*field),
            (VALUE, WireType::Len) => value = Some(*field),
            _ => {}
        }
        Ok::<_, Stop>(n_fields <= 2)
    })?;
    Ok(key.zip(value).filter(|_| n_fields == 2))
}
