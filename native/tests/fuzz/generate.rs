//! Valid requests with all the fields of the schema, drawn from its tables.

use spanloom_native::otlp::schema::{Field, Kind, Message, Role};
use spanloom_native::otlp::wire::{WireType, put_len_field, put_tag, put_varint};

use crate::random::Random;

const NESTING_MAX: usize = 11;
const TEXTS: [&str; 5] = ["", "gen_ai.system", "ü", "line\n\"quote\"", "\u{1f600}"];

/// The content of a message. Nothing singular occurs twice, and all ids are good.
pub fn message(random: &mut Random, message: &'static Message, nesting: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut seen = 0;
    for field in message.fields {
        let is_needed = matches!(field.kind, Kind::RequiredId(_));
        let is_wanted =
            if message.role == Role::Envelope { !random.one_in(8) } else { random.one_in(2) };
        if seen & field.bit == 0 && (is_needed || is_wanted) && fits(field, nesting) {
            seen |= field.bit;
            put_field(random, &mut out, field, nesting);
        }
    }
    out
}

const fn fits(field: &Field, nesting: usize) -> bool {
    nesting < NESTING_MAX || !matches!(field.kind, Kind::Message(_))
}

fn put_field(random: &mut Random, out: &mut Vec<u8>, field: &'static Field, nesting: usize) {
    let n_values = if field.repeated { random.below(4) } else { 1 };
    if wire_type(field.kind) == WireType::Len {
        for _ in 0..n_values {
            let payload = payload(random, field.kind, nesting);
            put_len_field(out, field.number, &payload);
        }
    } else if field.repeated && random.one_in(2) {
        let mut packed = Vec::new();
        (0..n_values).for_each(|_| put_number(random, &mut packed, field.kind));
        put_len_field(out, field.number, &packed);
    } else {
        for _ in 0..n_values {
            put_tag(out, field.number, wire_type(field.kind));
            put_number(random, out, field.kind);
        }
    }
}

fn payload(random: &mut Random, kind: Kind, nesting: usize) -> Vec<u8> {
    match kind {
        Kind::Message(nested) => message(random, nested, nesting + 1),
        Kind::String => random.pick(&TEXTS).as_bytes().to_vec(),
        Kind::Id(_) if random.one_in(3) => Vec::new(),
        Kind::Id(length) | Kind::RequiredId(length) => {
            let mut id = random.bytes(length);
            id.iter_mut().for_each(|byte| *byte |= 1);
            id
        }
        _ => {
            let length = random.below(6);
            random.bytes(length)
        }
    }
}

const fn wire_type(kind: Kind) -> WireType {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => WireType::Fixed64,
        Kind::Fixed32 => WireType::Fixed32,
        Kind::String | Kind::Bytes | Kind::Id(_) | Kind::RequiredId(_) | Kind::Message(_) => {
            WireType::Len
        }
        _ => WireType::Varint,
    }
}

fn put_number(random: &mut Random, out: &mut Vec<u8>, kind: Kind) {
    let shift = random.pick(&[0, 8, 31, 32, 33, 60, 63]);
    let value = random.word() >> shift;
    match wire_type(kind) {
        WireType::Fixed64 => out.extend_from_slice(&value.to_le_bytes()),
        WireType::Fixed32 => out.extend_from_slice(&(value as u32).to_le_bytes()),
        _ => put_varint(out, value),
    }
}
