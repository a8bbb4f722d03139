//! The fields of items that are read as columns.

use super::batch::Kept;
use super::error::Error;
use super::signal::Signal;
use super::walk::{Node, Slice, each_field, next_field};
use super::wire::{Field, WireType};
use crate::otlp::attributes::TableBuilder;

/// Columns of one signal, each as long as the request has items.
#[derive(Debug)]
pub enum Columns {
    Traces(SpanColumns),
    Logs(LogColumns),
    Metrics(PointColumns),
}

impl Columns {
    pub fn new(signal: Signal, n_items: usize) -> Self {
        match signal {
            Signal::Traces => Self::Traces(SpanColumns::with_capacity(n_items)),
            Signal::Logs => Self::Logs(LogColumns::with_capacity(n_items)),
            Signal::Metrics => Self::Metrics(PointColumns::with_capacity(n_items)),
        }
    }
}

macro_rules! columns {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name { $(pub $field: Vec<$type>,)+ }

        impl $name {
            fn with_capacity(n_items: usize) -> Self {
                Self { $($field: Vec::with_capacity(n_items),)+ }
            }
        }
    };
}

columns! {
    /// Of spans. Ids of a wrong length are zeros.
    SpanColumns {
        start_time: u64,
        end_time: u64,
        trace_id: [u8; 16],
        span_id: [u8; 8],
        parent_span_id: [u8; 8],
        kind: u8,
        status_code: u8,
        flags: u32,
        name: Slice,
        status_message: Slice,
        trace_state: Slice,
    }
}

columns! {
    /// Of log records. `body` is the range of the `AnyValue` payload.
    LogColumns {
        time: u64,
        observed_time: u64,
        severity_number: u8,
        trace_id: [u8; 16],
        span_id: [u8; 8],
        flags: u32,
        severity_text: Slice,
        event_name: Slice,
        body: Slice,
    }
}

columns! {
    /// Of data points.
    PointColumns {
        start_time: u64,
        time: u64,
        value: f64,
    }
}

/// Appends a word of each kept value.
fn put<T>(out: &mut Vec<u64>, kept: &Kept, values: &[T], word: impl Fn(&T) -> u64) {
    match kept {
        None => out.extend(values.iter().map(word)),
        Some(kept) => out.extend(kept.iter().filter_map(|&i| values.get(i as usize)).map(word)),
    }
}

fn id<const N: usize>(raw: &[u8], field: &Field) -> [u8; N] {
    Slice::of(field).bytes(raw).try_into().unwrap_or([0; N])
}

/// An enum's number; those that no column of bytes can hold are 0.
fn small(value: u64) -> u8 {
    u8::try_from(value).unwrap_or_default()
}

/// Code and message range of a `Status` payload.
pub fn status(raw: &[u8], node: Node) -> Result<(u8, Slice), Error> {
    let (mut code, mut message) = (0, Slice::default());
    let mut reader = node.reader(raw);
    while let Some(field) = next_field(&mut reader)? {
        match (field.number, field.wire_type) {
            (2, WireType::Len) => message = Slice::of(&field),
            (3, WireType::Varint) => code = small(field.value),
            _ => {}
        }
    }
    Ok((code, message))
}

impl SpanColumns {
    /// Of the kept spans the first words of the trace ids, the second ones, the span ids, the
    /// parents' ids, the starts, the ends; ids are words in the order of this machine's bytes.
    pub fn identities(&self, kept: &Kept) -> Vec<u64> {
        let word = |bytes: &[u8; 16], n: usize| {
            let word = bytes.as_chunks().0.get(n).copied().unwrap_or_default();
            u64::from_ne_bytes(word)
        };
        let mut found = Vec::with_capacity(6 * self.span_id.len());
        put(&mut found, kept, &self.trace_id, |id| word(id, 0));
        put(&mut found, kept, &self.trace_id, |id| word(id, 1));
        put(&mut found, kept, &self.span_id, |&id| u64::from_ne_bytes(id));
        put(&mut found, kept, &self.parent_span_id, |&id| u64::from_ne_bytes(id));
        put(&mut found, kept, &self.start_time, |&time| time);
        put(&mut found, kept, &self.end_time, |&time| time);
        found
    }

    /// Adds a span; its attributes go to `table`. True if it holds two statuses.
    pub fn add(&mut self, raw: &[u8], node: Node, table: &mut TableBuilder) -> Result<bool, Error> {
        let (mut start_time, mut end_time, mut kind, mut flags) = (0, 0, 0, 0);
        let (mut trace_id, mut span_id, mut parent) = ([0; 16], [0; 8], [0; 8]);
        let (mut name, mut trace_state) = (Slice::default(), Slice::default());
        let (mut state, mut repeats) = (None, false);
        each_field(node.reader(raw), |field| {
            match (field.number, field.wire_type) {
                (9, WireType::Len) => table.add(raw, field)?,
                (1, WireType::Len) => trace_id = id(raw, field),
                (2, WireType::Len) => span_id = id(raw, field),
                (3, WireType::Len) => trace_state = Slice::of(field),
                (4, WireType::Len) => parent = id(raw, field),
                (5, WireType::Len) => name = Slice::of(field),
                (6, WireType::Varint) => kind = small(field.value),
                (7, WireType::Fixed64) => start_time = field.value,
                (8, WireType::Fixed64) => end_time = field.value,
                (15, WireType::Len) => {
                    repeats |= state.is_some();
                    state = Some(status(raw, Node::of(field))?);
                }
                (16, WireType::Fixed32) => flags = field.value as u32,
                _ => {}
            }
            Ok(())
        })?;
        let (status_code, status_message) = state.unwrap_or_default();
        self.start_time.push(start_time);
        self.end_time.push(end_time);
        self.trace_id.push(trace_id);
        self.span_id.push(span_id);
        self.parent_span_id.push(parent);
        self.kind.push(kind);
        self.status_code.push(status_code);
        self.flags.push(flags);
        self.name.push(name);
        self.status_message.push(status_message);
        self.trace_state.push(trace_state);
        Ok(repeats)
    }
}

impl LogColumns {
    /// Adds a record; its attributes go to `table`. True if it holds two bodies.
    pub fn add(&mut self, raw: &[u8], node: Node, table: &mut TableBuilder) -> Result<bool, Error> {
        let (mut time, mut observed_time, mut severity, mut flags) = (0, 0, 0, 0);
        let (mut trace_id, mut span_id) = ([0; 16], [0; 8]);
        let (mut text, mut event_name) = (Slice::default(), Slice::default());
        let (mut body, mut repeats) = (None, false);
        each_field(node.reader(raw), |field| {
            match (field.number, field.wire_type) {
                (6, WireType::Len) => table.add(raw, field)?,
                (1, WireType::Fixed64) => time = field.value,
                (2, WireType::Varint) => severity = small(field.value),
                (3, WireType::Len) => text = Slice::of(field),
                (5, WireType::Len) => {
                    repeats |= body.is_some();
                    body = Some(Slice::of(field));
                }
                (8, WireType::Fixed32) => flags = field.value as u32,
                (9, WireType::Len) => trace_id = id(raw, field),
                (10, WireType::Len) => span_id = id(raw, field),
                (11, WireType::Fixed64) => observed_time = field.value,
                (12, WireType::Len) => event_name = Slice::of(field),
                _ => {}
            }
            Ok(())
        })?;
        self.time.push(time);
        self.observed_time.push(observed_time);
        self.severity_number.push(severity);
        self.trace_id.push(trace_id);
        self.span_id.push(span_id);
        self.flags.push(flags);
        self.severity_text.push(text);
        self.event_name.push(event_name);
        // An offset of 0 is no place for a body: absent.
        self.body.push(body.unwrap_or_default());
        Ok(repeats)
    }
}

impl PointColumns {
    /// Adds a data point; the attributes (field `attributes`) go to `table`.
    pub fn add(
        &mut self,
        raw: &[u8],
        node: Node,
        (attributes, has_value): (u32, bool),
        table: &mut TableBuilder,
    ) -> Result<(), Error> {
        let (mut start_time, mut time, mut value) = (0, 0, f64::NAN);
        each_field(node.reader(raw), |field| {
            match (field.number, field.wire_type) {
                (number, WireType::Len) if number == attributes => table.add(raw, field)?,
                (2, WireType::Fixed64) => start_time = field.value,
                (3, WireType::Fixed64) => time = field.value,
                (4, WireType::Fixed64) if has_value => value = f64::from_bits(field.value),
                (6, WireType::Fixed64) if has_value => value = field.value as i64 as f64,
                _ => {}
            }
            Ok(())
        })?;
        self.start_time.push(start_time);
        self.time.push(time);
        self.value.push(value);
        Ok(())
    }
}
