//! Looks into key-value pairs without changing them.

use std::collections::HashMap;

use spanloom_scan::place::Role;

use crate::otlp::error::Error;
use crate::otlp::walk::{each_field, next_field};
use crate::otlp::wire::{Field, Reader, WireType};

pub const KEY: u32 = 1;
pub const VALUE: u32 = 2;
/// The cases of `AnyValue`; what a `BOOL_VALUE` holds is not scanned.
pub const STRING_VALUE: u32 = 1;
pub const BOOL_VALUE: u32 = 2;
pub const INT_VALUE: u32 = 3;
pub const DOUBLE_VALUE: u32 = 4;
pub const ARRAY_VALUE: u32 = 5;
pub const KVLIST_VALUE: u32 = 6;
pub const BYTES_VALUE: u32 = 7;
/// Keys, values and strings as tags of one byte.
pub const KEY_TAG: u8 = len_tag(KEY);
pub const VALUE_TAG: u8 = len_tag(VALUE);
pub const STRING_TAG: u8 = len_tag(STRING_VALUE);
/// The elements of an `ArrayValue` or a `KeyValueList`.
pub const VALUES: u32 = 1;

const fn len_tag(number: u32) -> u8 {
    (number as u8) << 3 | WireType::Len as u8
}

/// The last field of this number and type in a message.
pub fn find(
    request: &[u8],
    message: &Field,
    number: u32,
    wire_type: WireType,
) -> Result<Option<Field>, Error> {
    let mut found = None;
    each_field(Reader::at(request, message.payload, message.end), |field| {
        if field.number == number && field.wire_type == wire_type {
            found = Some(*field);
        }
        Ok(())
    })?;
    Ok(found)
}

pub fn payload<'a>(request: &'a [u8], field: &Field) -> &'a [u8] {
    request.get(field.payload..field.end).unwrap_or_default()
}

/// The key of a pair; empty if it has none.
pub fn key<'a>(request: &'a [u8], pair: &Field) -> Result<&'a [u8], Error> {
    let key = find(request, pair, KEY, WireType::Len)?;
    Ok(key.map_or(&[], |key| payload(request, &key)))
}

/// The string that a pair holds, if its value is one.
pub fn string<'a>(request: &'a [u8], pair: &Field) -> Result<Option<&'a [u8]>, Error> {
    let Some(value) = find(request, pair, VALUE, WireType::Len)? else { return Ok(None) };
    let string = find(request, &value, STRING_VALUE, WireType::Len)?;
    Ok(string.map(|string| payload(request, &string)))
}

/// Who speaks, by what comes before `.role` in the keys of a message's attributes: for
/// `gen_ai.prompt.0.role` it is `gen_ai.prompt.0`.
pub type Roles<'a> = HashMap<&'a [u8], Role>;

/// The roles among the pairs that stand in field `number` of a message.
pub fn roles<'a>(request: &'a [u8], message: &Field, number: u32) -> Result<Roles<'a>, Error> {
    let mut roles = Roles::new();
    let mut reader = Reader::at(request, message.payload, message.end);
    while let Some(pair) = next_field(&mut reader)? {
        if pair.number != number || pair.wire_type != WireType::Len {
            continue;
        }
        let Some(speaker) = key(request, &pair)?.strip_suffix(b".role") else { continue };
        if let Some(name) = string(request, &pair)? {
            roles.insert(speaker, Role::from_name(name));
        }
    }
    Ok(roles)
}

/// The role that a map names in a key `role`, or one that ends so; `outer` if it names none.
pub fn role_of_map(request: &[u8], map: &Field, outer: Role) -> Result<Role, Error> {
    let mut reader = Reader::at(request, map.payload, map.end);
    while let Some(pair) = next_field(&mut reader)? {
        if pair.number != VALUES || pair.wire_type != WireType::Len {
            continue;
        }
        let key = key(request, &pair)?;
        if key.ends_with(b"role")
            && let Some(name) = string(request, &pair)?
        {
            return Ok(Role::from_name(name));
        }
    }
    Ok(outer)
}
