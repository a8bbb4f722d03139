//! The attributes that redaction itself writes: what they hold, on the wire and back.

use super::engine::Engine;
use super::pairs::{self, ARRAY_VALUE, BOOL_VALUE, DOUBLE_VALUE, INT_VALUE, STRING_VALUE, VALUES};
use crate::otlp::walk::next_field;
use crate::otlp::wire::{
    Field, Reader, WireType, put_fixed64_field, put_len_field, put_tag, put_varint,
    put_varint_field,
};

/// No item has more values than that masked; a larger count is not ours, and may be a number
/// that somebody hides there.
const COUNT_MAX: i64 = 9_999_999;
/// What ours never exceed.
const ELEMENTS_MAX: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    MaskedCount,
    Rules,
    Ruleset,
    MaskedKeys,
    RedactedCount,
    RedactedKeys,
    IgnoredCount,
    Score,
    Signals,
    Location,
    /// One that a rule asked for.
    OfRule,
}

/// All but `OfRule`, with the keys they have.
const KEYS: [(Own, &str); 10] = [
    (Own::MaskedCount, "redaction.masked.count"),
    (Own::Rules, "redaction.rules"),
    (Own::Ruleset, "redaction.ruleset"),
    (Own::MaskedKeys, "redaction.masked.keys"),
    (Own::RedactedCount, "redaction.redacted.count"),
    (Own::RedactedKeys, "redaction.redacted.keys"),
    (Own::IgnoredCount, "redaction.ignored.count"),
    (Own::Score, "security.prompt_injection.score"),
    (Own::Signals, "security.prompt_injection.rules"),
    (Own::Location, "security.prompt_injection.location"),
];

impl Own {
    pub fn of_key(engine: &Engine, key: &[u8]) -> Option<Self> {
        let known = KEYS.iter().find(|(_, known)| known.as_bytes() == key);
        known.map(|&(own, _)| own).or_else(|| engine.sets_attribute(key).then_some(Self::OfRule))
    }

    /// Empty for `OfRule`.
    pub fn key(self) -> &'static str {
        KEYS.iter().find(|(own, _)| *own == self).map_or("", |&(_, key)| key)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum OwnValue {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Vec<u8>),
    List(Vec<Vec<u8>>),
}

impl OwnValue {
    /// What the pair holds if it is what redaction would have written there.
    pub fn read(own: Own, request: &[u8], pair: &Field) -> Option<Self> {
        let [key, value] = fields::<2>(request, pair)?;
        if (key.number, value.number) != (pairs::KEY, pairs::VALUE) {
            return None;
        }
        let [case] = fields::<1>(request, &value)?;
        let value = Self::of_case(request, &case)?;
        let fits = match (own, &value) {
            (Own::MaskedCount | Own::RedactedCount | Own::IgnoredCount, Self::Int(count)) => {
                (0..=COUNT_MAX).contains(count)
            }
            (Own::Score, Self::Double(score)) => (0.0..=1.0).contains(score),
            (Own::Rules | Own::Signals, Self::List(_)) => true,
            (Own::Ruleset | Own::MaskedKeys | Own::RedactedKeys, Self::Text(_)) => true,
            (Own::Location, Self::Text(_)) => true,
            (Own::OfRule, Self::Bool(_)) => true,
            _ => false,
        };
        fits.then_some(value)
    }

    fn of_case(request: &[u8], case: &Field) -> Option<Self> {
        Some(match (case.number, case.wire_type) {
            (STRING_VALUE, WireType::Len) => Self::Text(pairs::payload(request, case).to_vec()),
            (BOOL_VALUE, WireType::Varint) => Self::Bool(case.value != 0),
            (INT_VALUE, WireType::Varint) => Self::Int(case.value.cast_signed()),
            (DOUBLE_VALUE, WireType::Fixed64) => Self::Double(f64::from_bits(case.value)),
            (ARRAY_VALUE, WireType::Len) => Self::List(strings(request, case)?),
            _ => return None,
        })
    }

    /// Writes it as a key-value pair into field `number`.
    pub fn put(&self, out: &mut Vec<u8>, number: u32, key: &str) {
        put_message(out, number, |pair| {
            put_len_field(pair, pairs::KEY, key.as_bytes());
            put_message(pair, pairs::VALUE, |value| self.put_case(value));
        });
    }

    fn put_case(&self, out: &mut Vec<u8>) {
        match self {
            Self::Bool(value) => put_varint_field(out, BOOL_VALUE, u64::from(*value)),
            Self::Int(value) => put_varint_field(out, INT_VALUE, value.cast_unsigned()),
            Self::Double(value) => put_fixed64_field(out, DOUBLE_VALUE, value.to_bits()),
            Self::Text(text) => put_len_field(out, STRING_VALUE, text),
            Self::List(texts) => put_message(out, ARRAY_VALUE, |list| {
                for text in texts {
                    put_message(list, VALUES, |value| put_len_field(value, STRING_VALUE, text));
                }
            }),
        }
    }

    /// Its parts that could hold something foreign: scanned one by one, they must be clean.
    pub fn foreign<'a>(&'a self, own: Own, engine: &Engine) -> Vec<&'a [u8]> {
        match (own, self) {
            (Own::Ruleset, Self::Text(text)) if is_digest(text) => Vec::new(),
            (Own::Location, Self::Text(text)) => vec![key_of_location(text)],
            (_, Self::Text(text)) => text.split(|&byte| byte == b',').collect(),
            (_, Self::List(texts)) => {
                let foreign = texts.iter().filter(|text| !engine.knows_rule(text));
                foreign.map(Vec::as_slice).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Appends field `number` with what `write` writes. Nearly all lengths have one byte.
fn put_message(out: &mut Vec<u8>, number: u32, write: impl FnOnce(&mut Vec<u8>)) {
    put_tag(out, number, WireType::Len);
    let start = out.len();
    out.push(0);
    write(out);
    let len = out.len() - start - 1;
    match (u8::try_from(len), out.get_mut(start)) {
        (Ok(len @ 0..0x80), Some(place)) => *place = len,
        _ => {
            let mut prefix = Vec::new();
            put_varint(&mut prefix, len as u64);
            out.splice(start..=start, prefix);
        }
    }
}

fn is_digest(text: &[u8]) -> bool {
    text.len() == 8 && text.iter().all(u8::is_ascii_hexdigit)
}

/// `gen_ai.input.messages` of `gen_ai.input.messages[2].user`.
fn key_of_location(text: &[u8]) -> &[u8] {
    let key = [".system", ".user", ".assistant", ".tool"]
        .iter()
        .find_map(|role| text.strip_suffix(role.as_bytes()))
        .unwrap_or(text);
    let Some(inner) = key.strip_suffix(b"]") else { return key };
    let n_digits = inner.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, _) = inner.split_at(inner.len() - n_digits);
    before.strip_suffix(b"[").unwrap_or(key)
}

/// The fields of a message that has so many.
fn fields<const N: usize>(request: &[u8], message: &Field) -> Option<[Field; N]> {
    let mut reader = Reader::at(request, message.payload, message.end);
    let mut fields = Vec::with_capacity(N);
    while let Some(field) = next_field(&mut reader).ok()? {
        if fields.len() == N {
            return None;
        }
        fields.push(field);
    }
    fields.try_into().ok()
}

fn strings(request: &[u8], list: &Field) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::at(request, list.payload, list.end);
    let mut strings = Vec::new();
    while let Some(element) = next_field(&mut reader).ok()? {
        if element.number != VALUES || strings.len() == ELEMENTS_MAX {
            return None;
        }
        let [string] = fields::<1>(request, &element)?;
        if (string.number, string.wire_type) != (STRING_VALUE, WireType::Len) {
            return None;
        }
        strings.push(pairs::payload(request, &string).to_vec());
    }
    Some(strings)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for (own, value) in [
            (Own::MaskedCount, OwnValue::Int(3)),
            (Own::Rules, OwnValue::List(vec![b"email".to_vec(), b"phone".to_vec()])),
            (Own::Ruleset, OwnValue::Text(b"0a1b2c3d".to_vec())),
            (Own::MaskedKeys, OwnValue::Text(vec![b'k'; 200])),
            (Own::Rules, OwnValue::List(vec![vec![b'r'; 130]; 150])),
            (Own::Score, OwnValue::Double(0.75)),
            (Own::OfRule, OwnValue::Bool(true)),
        ] {
            let mut out = Vec::new();
            value.put(&mut out, 9, "key");
            let pair = next_field(&mut Reader::new(&out)).unwrap().unwrap();
            assert_eq!(OwnValue::read(own, &out, &pair), Some(value));
        }
    }

    #[test]
    fn a_count_that_could_be_somebodys_number_is_not_ours() {
        let mut out = Vec::new();
        OwnValue::Int(4_111_111_111_111_111).put(&mut out, 9, "redaction.masked.count");
        let pair = next_field(&mut Reader::new(&out)).unwrap().unwrap();
        assert_eq!(OwnValue::read(Own::MaskedCount, &out, &pair), None);
    }

    #[test]
    fn a_location_begins_with_the_key() {
        assert_eq!(key_of_location(b"gen_ai.input.messages[2].user"), b"gen_ai.input.messages");
        assert_eq!(key_of_location(b"log.body"), b"log.body");
        assert_eq!(key_of_location(b"a[b].tool"), b"a[b]");
    }
}
