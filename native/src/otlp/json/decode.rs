//! Walks JSON and the schema's tables together, and writes protobuf as it goes.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::value::{Scalar, is_packable, put_element, put_field};
use crate::otlp::error::ErrorKind;
use crate::otlp::schema::{Field, Kind, Message};
use crate::otlp::wire::{WireType, put_tag, varint_len};

/// The request as protobuf. On failure `kind` says more than the error.
pub fn request(
    message: &'static Message,
    text: &str,
    depth: u32,
    kind: &Cell<ErrorKind>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut reader = serde_json::Deserializer::from_str(text);
    // Depth is counted in messages, as protobuf does, and what is ignored is not recursed into.
    reader.disable_recursion_limit();
    (&mut reader).deserialize_map(Content { out: &mut out, message, depth, kind })?;
    reader.end()?;
    Ok(out)
}

/// The fields of one message, written without tag and length.
struct Content<'a> {
    out: &'a mut Vec<u8>,
    message: &'static Message,
    /// How many messages may nest in this one.
    depth: u32,
    kind: &'a Cell<ErrorKind>,
}

impl<'de> Visitor<'de> for Content<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Key(self.message))? {
            let Some(field) = field else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let (depth, kind) = (self.depth, self.kind);
            let place = if field.repeated { Place::List } else { Place::Field };
            map.next_value_seed(Value { out: self.out, field, place, depth, kind })?;
        }
        Ok(())
    }
}

/// The field that a key names; None for an unknown one.
struct Key(&'static Message);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<&'static Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.field_named(name))
    }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// After the key of a singular field.
    Field,
    /// After the key of a repeated field: the list itself.
    List,
    /// In the list of a repeated field.
    Element,
    /// In the list of a repeated number: written without a tag.
    Packed,
}

/// The value of a field, written with its tag.
struct Value<'a> {
    out: &'a mut Vec<u8>,
    field: &'static Field,
    place: Place,
    depth: u32,
    kind: &'a Cell<ErrorKind>,
}

impl Value<'_> {
    fn scalar<E: Error>(self, scalar: Scalar<'_>) -> Result<(), E> {
        let put = match self.place {
            Place::List => Err(ErrorKind::Json),
            Place::Packed => put_element(self.out, self.field, scalar),
            Place::Field | Place::Element => put_field(self.out, self.field, scalar),
        };
        put.map_err(|kind| refuse(self.kind, kind))
    }

    /// The message this value is, and how deep it may nest.
    fn nested<E: Error>(&self) -> Result<(&'static Message, u32), E> {
        match (self.field.kind, self.place) {
            (Kind::Message(message), Place::Field | Place::Element) => {
                let depth = self.depth.checked_sub(1);
                Ok((message, depth.ok_or_else(|| refuse(self.kind, ErrorKind::Depth))?))
            }
            _ => Err(refuse(self.kind, ErrorKind::Json)),
        }
    }
}

/// An error that carries nothing; its position and `kind` say all.
fn refuse<E: Error>(kind: &Cell<ErrorKind>, why: ErrorKind) -> E {
    kind.set(why);
    E::custom("refused")
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that fits its field")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Scalar::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Scalar::Int(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(Scalar::Int(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(Scalar::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.scalar(Scalar::Text(value))
    }

    /// Null is an absent field, and in a list of messages an empty one.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if matches!(self.place, Place::Field | Place::List) {
            return Ok(());
        }
        self.nested::<E>()?;
        let start = open(self.out, self.field.number);
        close(self.out, start);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let (message, depth) = self.nested()?;
        let start = open(self.out, self.field.number);
        Content { out: self.out, message, depth, kind: self.kind }.visit_map(map)?;
        close(self.out, start);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.place != Place::List {
            return Err(refuse(self.kind, ErrorKind::Json));
        }
        let Self { out, field, depth, kind, .. } = self;
        if !is_packable(field.kind) {
            let place = Place::Element;
            while list.next_element_seed(Value { out, field, place, depth, kind })?.is_some() {}
            return Ok(());
        }
        let before = out.len();
        let start = open(out, field.number);
        let place = Place::Packed;
        while list.next_element_seed(Value { out, field, place, depth, kind })?.is_some() {}
        if out.len() > start + 1 {
            close(out, start);
        } else {
            out.truncate(before);
        }
        Ok(())
    }
}

/// Begins a field whose length is not yet known; gives back where the length stands.
fn open(out: &mut Vec<u8>, number: u32) -> usize {
    put_tag(out, number, WireType::Len);
    out.push(0);
    out.len() - 1
}

fn close(out: &mut Vec<u8>, start: usize) {
    let length = (out.len() - start - 1) as u64;
    let n_bytes = varint_len(length);
    let byte = |i: usize| {
        let more = if i + 1 < n_bytes { 0x80 } else { 0 };
        (length >> (7 * i)) as u8 & 0x7f | more
    };
    out.splice(start..=start, (0..n_bytes).map(byte));
}
