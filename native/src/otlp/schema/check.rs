//! What validation does with each tag: field number and wire type in one look-up.

use super::{Field, Kind, Message};

/// Tags of field numbers up to 16, the highest of OTLP.
pub const TAGS: usize = 17 << 3;

pub const UNKNOWN: Slot = Slot { check: Check::Unknown, bit: 0 };

#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub check: Check,
    /// As in `Field`.
    pub bit: u32,
}

/// How the payload of a field is checked.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    Unknown,
    /// A known field that cannot have this wire type.
    WrongWireType,
    Varint,
    Fixed64,
    Fixed32,
    String,
    Bytes,
    Id(u8),
    RequiredId(u8),
    Message(&'static Message),
    PackedVarint,
    PackedFixed64,
    PackedFixed32,
}

/// The slots of a message, by tag.
// Runs at compile time, where a number out of bounds is an error of the build.
#[allow(clippy::indexing_slicing)]
pub const fn slots(fields: &'static [Field]) -> [Slot; TAGS] {
    let mut slots = [UNKNOWN; TAGS];
    let mut i = 0;
    while i < fields.len() {
        let field = &fields[i];
        let mut wire_type = 0;
        while wire_type < 8 {
            let check = check(field, wire_type);
            slots[(field.number as usize) << 3 | wire_type] = Slot { check, bit: field.bit };
            wire_type += 1;
        }
        i += 1;
    }
    slots
}

const fn check(field: &Field, wire_type: usize) -> Check {
    let check = match field.kind {
        Kind::String => Check::String,
        Kind::Bytes => Check::Bytes,
        Kind::Id(length) => Check::Id(length as u8),
        Kind::RequiredId(length) => Check::RequiredId(length as u8),
        Kind::Message(message) => Check::Message(message),
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Check::Fixed64,
        Kind::Fixed32 => Check::Fixed32,
        _ => Check::Varint,
    };
    match (check, wire_type) {
        (Check::Varint, 0) | (Check::Fixed64, 1) | (Check::Fixed32, 5) => check,
        (Check::Varint, 2) if field.repeated => Check::PackedVarint,
        (Check::Fixed64, 2) if field.repeated => Check::PackedFixed64,
        (Check::Fixed32, 2) if field.repeated => Check::PackedFixed32,
        (Check::Varint | Check::Fixed64 | Check::Fixed32, _) => Check::WrongWireType,
        (_, 2) => check,
        _ => Check::WrongWireType,
    }
}
