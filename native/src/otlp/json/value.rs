//! What a JSON scalar means for a field, and how it stands on the wire.

use super::text;
use crate::otlp::error::ErrorKind;
use crate::otlp::schema::{Field, Kind};
use crate::otlp::wire::{WireType, put_len_field, put_tag, put_varint};

/// Beyond this, not every integer is a double, and a double is no trusted integer.
const EXACT_MAX: f64 = (1u64 << 53) as f64;

/// A JSON value that is neither null, list nor object.
#[derive(Clone, Copy)]
pub enum Scalar<'a> {
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(&'a str),
}

/// Whether a list of this kind is one packed field.
pub const fn is_packable(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::String | Kind::Bytes | Kind::Id(_) | Kind::RequiredId(_) | Kind::Message(_)
    )
}

/// Writes a field with its tag; one that is zero or empty only if that differs from unset.
pub fn put_field(out: &mut Vec<u8>, field: &Field, scalar: Scalar<'_>) -> Result<(), ErrorKind> {
    let is_explicit = field.presence || field.repeated;
    if !is_packable(field.kind) {
        let payload = payload(field.kind, scalar)?;
        if is_explicit || !payload.is_empty() {
            put_len_field(out, field.number, &payload);
        }
        return Ok(());
    }
    let value = number(field.kind, scalar).ok_or(ErrorKind::Json)?;
    if is_explicit || value != 0 {
        put_tag(out, field.number, wire_type(field.kind));
        put_number(out, field.kind, value);
    }
    Ok(())
}

/// Writes a number of a packed field.
pub fn put_element(out: &mut Vec<u8>, field: &Field, scalar: Scalar<'_>) -> Result<(), ErrorKind> {
    put_number(out, field.kind, number(field.kind, scalar).ok_or(ErrorKind::Json)?);
    Ok(())
}

const fn wire_type(kind: Kind) -> WireType {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => WireType::Fixed64,
        Kind::Fixed32 => WireType::Fixed32,
        _ => WireType::Varint,
    }
}

fn put_number(out: &mut Vec<u8>, kind: Kind, value: u64) {
    match wire_type(kind) {
        WireType::Fixed64 => out.extend_from_slice(&value.to_le_bytes()),
        WireType::Fixed32 => out.extend_from_slice(&(value as u32).to_le_bytes()),
        _ => put_varint(out, value),
    }
}

/// The payload of a field with a length.
fn payload<'a>(kind: Kind, scalar: Scalar<'a>) -> Result<text::Bytes<'a>, ErrorKind> {
    let Scalar::Text(text) = scalar else {
        return Err(ErrorKind::Json);
    };
    match kind {
        Kind::String => Ok(text.as_bytes().into()),
        Kind::Bytes => text::base64(text).ok_or(ErrorKind::Json),
        Kind::Id(length) | Kind::RequiredId(length) => text::id(text, length).ok_or(ErrorKind::Id),
        _ => Err(ErrorKind::Json),
    }
}

/// The value as it stands on the wire; None if it does not fit.
fn number(kind: Kind, scalar: Scalar<'_>) -> Option<u64> {
    match kind {
        Kind::Bool => match scalar {
            Scalar::Bool(value) => Some(value.into()),
            _ => None,
        },
        Kind::Double => double(scalar).map(f64::to_bits),
        Kind::Enum(values) => match scalar {
            Scalar::Text(name) if values.number(name).is_some() => {
                values.number(name).map(|number| number as u64)
            }
            _ => signed_32(scalar).map(|value| i64::from(value) as u64),
        },
        Kind::Int32 => signed_32(scalar).map(|value| i64::from(value) as u64),
        Kind::Sint32 => signed_32(scalar).map(|value| u64::from((value << 1 ^ value >> 31) as u32)),
        Kind::Uint32 | Kind::Fixed32 => u32::try_from(integer(scalar)?).ok().map(u64::from),
        Kind::Int64 | Kind::Sfixed64 => i64::try_from(integer(scalar)?).ok().map(|v| v as u64),
        Kind::Uint64 | Kind::Fixed64 => u64::try_from(integer(scalar)?).ok(),
        _ => None,
    }
}

fn signed_32(scalar: Scalar<'_>) -> Option<i32> {
    i32::try_from(integer(scalar)?).ok()
}

fn integer(scalar: Scalar<'_>) -> Option<i128> {
    match scalar {
        Scalar::Bool(_) => None,
        Scalar::Int(value) => Some(value),
        Scalar::Float(value) => exact(value),
        Scalar::Text(text) => text.parse().ok().or_else(|| exact(text::double(text)?)),
    }
}

fn exact(value: f64) -> Option<i128> {
    (value.fract() == 0.0 && value.abs() <= EXACT_MAX).then_some(value as i128)
}

fn double(scalar: Scalar<'_>) -> Option<f64> {
    match scalar {
        Scalar::Bool(_) => None,
        Scalar::Int(value) => Some(value as f64),
        Scalar::Float(value) => Some(value),
        Scalar::Text(text) => text::double(text),
    }
}
