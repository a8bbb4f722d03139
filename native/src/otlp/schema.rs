//! Every OTLP message that an export request can hold, as tables.
//!
//! Validation, rewriting and JSON are walks over these tables, so a new field of the
//! protocol is one line here. A Python test compares them with opentelemetry-proto.

mod check;
mod common;
mod logs;
mod metrics;
mod trace;

use super::signal::Signal;
use check::slots;
pub use check::{Check, Slot};
pub use common::{ANY_VALUE, ENTITY_REF, INSTRUMENTATION_SCOPE, KEY_VALUE, RESOURCE};
pub use logs::LOG_RECORD;
pub use metrics::{EXEMPLAR, METRIC};
pub use trace::{EVENT, LINK, SPAN, STATUS};

/// The number of field numbers a message table has room for; OTLP uses 1 to 16.
const SLOTS: usize = 32;
/// What all members of a message's oneof have in common in `Field::bit`.
const ONEOF_BIT: u32 = 1 << 31;

#[derive(Debug)]
pub struct Message {
    /// With the package, as in the `.proto` files.
    pub name: &'static str,
    /// In the order of their numbers in the `.proto` files.
    pub fields: &'static [Field],
    pub role: Role,
    by_number: [Option<&'static Field>; SLOTS],
    by_tag: [Slot; check::TAGS],
    /// The bits of the fields an item is refused without.
    pub required: u32,
}

/// What a message means for the count of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// On the way from the request to the items.
    Envelope,
    /// A span, log record or data point.
    Item,
    Part,
}

#[derive(Debug)]
pub struct Field {
    pub number: u32,
    /// As in the `.proto` files.
    pub name: &'static str,
    /// As in OTLP/JSON.
    pub json_name: &'static str,
    pub kind: Kind,
    pub repeated: bool,
    /// Not set and set to zero differ.
    pub presence: bool,
    pub oneof: Option<&'static str>,
    /// One bit a singular field, shared by all of a oneof; 0 where repeated.
    pub bit: u32,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    String,
    /// Base64 in JSON.
    Bytes,
    /// So many bytes or none; hex in JSON.
    Id(usize),
    /// So many bytes, not all of them zero; hex in JSON.
    RequiredId(usize),
    Bool,
    Int32,
    Uint32,
    Int64,
    Uint64,
    Sint32,
    Fixed32,
    Fixed64,
    Sfixed64,
    Double,
    /// Names by number, which start at 0 and have no gaps.
    Enum(&'static Enum),
    Message(&'static Message),
}

#[derive(Debug)]
pub struct Enum {
    pub name: &'static str,
    pub values: &'static [&'static str],
}

impl Message {
    // Runs at compile time, where a number out of bounds is an error of the build.
    #[allow(clippy::indexing_slicing)]
    const fn new(name: &'static str, role: Role, fields: &'static [Field]) -> Self {
        let mut by_number = [None; SLOTS];
        let mut required = 0;
        let mut i = 0;
        while i < fields.len() {
            let field = &fields[i];
            by_number[field.number as usize] = Some(field);
            if matches!(field.kind, Kind::RequiredId(_)) {
                required |= field.bit;
            }
            i += 1;
        }
        Self { name, fields, role, by_number, required, by_tag: slots(fields) }
    }

    const fn envelope(name: &'static str, fields: &'static [Field]) -> Self {
        Self::new(name, Role::Envelope, fields)
    }

    const fn item(name: &'static str, fields: &'static [Field]) -> Self {
        Self::new(name, Role::Item, fields)
    }

    const fn part(name: &'static str, fields: &'static [Field]) -> Self {
        Self::new(name, Role::Part, fields)
    }

    #[inline]
    pub fn field(&self, number: u32) -> Option<&'static Field> {
        self.by_number.get(number as usize).copied().flatten()
    }

    /// How to check a field with this tag.
    #[inline]
    pub fn slot(&self, tag: u64) -> &Slot {
        self.by_tag.get(tag as usize).unwrap_or(&check::UNKNOWN)
    }

    /// The field with this name in lowerCamelCase or snake_case.
    pub fn field_named(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.json_name == name || field.name == name)
    }
}

impl Field {
    const fn one(number: u32, name: &'static str, json_name: &'static str, kind: Kind) -> Self {
        let presence = matches!(kind, Kind::Message(_));
        let bit = 1 << number;
        Self { number, name, json_name, kind, repeated: false, presence, oneof: None, bit }
    }

    const fn many(number: u32, name: &'static str, json_name: &'static str, kind: Kind) -> Self {
        let one = Self::one(number, name, json_name, kind);
        Self { repeated: true, presence: false, bit: 0, ..one }
    }

    const fn optional(self) -> Self {
        Self { presence: true, ..self }
    }

    const fn one_of(self, oneof: &'static str) -> Self {
        Self { presence: true, oneof: Some(oneof), bit: ONEOF_BIT, ..self }
    }

    pub const fn message(&self) -> Option<&'static Message> {
        match self.kind {
            Kind::Message(message) => Some(message),
            _ => None,
        }
    }
}

impl Enum {
    pub fn number(&self, name: &str) -> Option<usize> {
        self.values.iter().position(|value| *value == name)
    }
}

/// The table of `Export*ServiceRequest`.
pub const fn request(signal: Signal) -> &'static Message {
    match signal {
        Signal::Traces => &trace::REQUEST,
        Signal::Metrics => &metrics::REQUEST,
        Signal::Logs => &logs::REQUEST,
    }
}
