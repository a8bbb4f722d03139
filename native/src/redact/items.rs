//! Looks into items without changing them.

use super::pairs;
use crate::otlp::error::Error;
use crate::otlp::schema::{self, Message, Role};
use crate::otlp::walk::next_field;
use crate::otlp::wire::{Field, Reader, WireType};

/// The items in a message, itself included.
pub fn count_items(message: &'static Message, bytes: &[u8], field: &Field) -> Result<usize, Error> {
    match message.role {
        Role::Item => return Ok(1),
        Role::Part => return Ok(0),
        Role::Envelope => {}
    }
    let mut n_items = 0;
    let mut reader = Reader::at(bytes, field.payload, field.end);
    while let Some(field) = next_field(&mut reader)? {
        if let Some(inner) = message.field(field.number).and_then(schema::Field::message) {
            n_items += count_items(inner, bytes, &field)?;
        }
    }
    Ok(n_items)
}

/// The trace that an item belongs to; empty if it can belong to none.
pub fn trace_id(bytes: &[u8], item: &'static Message, field: &Field) -> Result<Vec<u8>, Error> {
    let Some(known) = item.field_named("trace_id") else { return Ok(Vec::new()) };
    let id = pairs::find(bytes, field, known.number, WireType::Len)?;
    Ok(id.map_or(Vec::new(), |id| pairs::payload(bytes, &id).to_vec()))
}
