//! Fields of items or metrics that a holder wrote anew.

use super::value::{self, Cell};
use super::walk::{Node, Slice, next_field};
use super::wire::{self, Reader};

/// One field of every owner: of the items, or of the metrics.
#[derive(Clone, Debug)]
pub struct FieldEdit {
    pub number: u32,
    slots: Vec<Option<Slice>>,
}

impl FieldEdit {
    pub fn new(number: u32, n_owners: usize) -> Self {
        Self { number, slots: vec![None; n_owners] }
    }

    /// The encoded field in the overlay; empty where it was removed, None where unedited.
    pub fn get(&self, owner: usize) -> Option<Slice> {
        self.slots.get(owner).copied().flatten()
    }

    pub fn set(&mut self, owner: usize, encoded: Slice) {
        if let Some(slot) = self.slots.get_mut(owner) {
            *slot = Some(encoded);
        }
    }
}

/// The payload of an encoded field in the overlay.
pub fn payload(overlay: &[u8], encoded: Slice) -> Option<Node> {
    let start = encoded.offset as usize;
    let mut reader = Reader::at(overlay, start, start + encoded.len as usize);
    next_field(&mut reader).ok().flatten().map(|field| Node::of(&field))
}

/// An encoded text field, as a cell.
pub fn text(overlay: &[u8], encoded: Slice) -> Cell {
    match payload(overlay, encoded) {
        Some(node) => {
            let slice = Slice { offset: node.payload, len: node.payload_len() as u32 };
            Cell::range(value::STRING, slice, true)
        }
        None => Cell::range(value::STRING, Slice::default(), true),
    }
}

/// An encoded `AnyValue` field, as a cell.
pub fn any(overlay: &[u8], encoded: Slice) -> Cell {
    let parsed = payload(overlay, encoded)
        .map(|node| value::parse(overlay, node.payload as usize, node.end as usize, true));
    parsed.and_then(Result::ok).unwrap_or_default()
}

/// Appends a `Status` field (15 of a span).
pub fn put_status(out: &mut Vec<u8>, code: u8, message: Option<&[u8]>) {
    let mut status = Vec::new();
    if let Some(message) = message {
        wire::put_len_field(&mut status, 2, message);
    }
    if code != 0 {
        wire::put_varint_field(&mut status, 3, u64::from(code));
    }
    wire::put_len_field(out, 15, &status);
}
