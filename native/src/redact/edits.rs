//! Changes to a request, in the order of its bytes, joined once at the end.
//!
//! A message that holds a change gets a new length. Its edit comes before those of its content,
//! so a place is kept for it when the message begins. All of it is linear in the request.

use std::ops::Range;

use crate::otlp::wire::{Field, WireType, put_len_field, put_tag, put_varint};

/// These bytes of the request give way to this stretch of `Edits::text`.
#[derive(Clone, Debug)]
struct Edit {
    start: usize,
    end: usize,
    text: Range<usize>,
}

impl Edit {
    const fn nothing(position: usize) -> Self {
        Self { start: position, end: position, text: 0..0 }
    }

    const fn grown(&self) -> isize {
        self.text.end as isize - self.text.start as isize - (self.end - self.start) as isize
    }

    const fn is_nothing(&self) -> bool {
        self.start == self.end && self.text.start == self.text.end
    }
}

#[derive(Debug, Default)]
pub struct Edits {
    list: Vec<Edit>,
    text: Vec<u8>,
    /// By how many bytes the request grows.
    grown: isize,
}

/// Where a message, or an attribute that may have to go, began.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    edit: usize,
    grown: isize,
}

/// The edits of one field, of which it is not known yet whether it stays.
#[derive(Clone, Debug)]
pub struct Slot {
    edits: Range<usize>,
    field: Range<usize>,
}

impl Edits {
    /// Keeps a place for what may have to change at `position`.
    pub fn open(&mut self, position: usize) -> Mark {
        self.list.push(Edit::nothing(position));
        Mark { edit: self.list.len() - 1, grown: self.grown }
    }

    /// Ends the message that began with `mark`: gives it its new length.
    pub fn close(&mut self, mark: Mark, message: &Field) {
        if self.list.len() == mark.edit + 1 {
            self.list.truncate(mark.edit);
        } else {
            self.fit_length(mark, message);
        }
    }

    /// Ends a message that began with `mark` but may be taken out later.
    pub fn close_for_now(&mut self, mark: Mark, message: &Field) -> Slot {
        self.fit_length(mark, message);
        Slot { edits: mark.edit..self.list.len(), field: message.start..message.end }
    }

    fn fit_length(&mut self, mark: Mark, message: &Field) {
        let inner = self.grown - mark.grown;
        if inner == 0 {
            return;
        }
        let len = (message.end - message.payload).saturating_add_signed(inner);
        let text = self.text.len();
        put_tag(&mut self.text, message.number, WireType::Len);
        put_varint(&mut self.text, len as u64);
        let text = text..self.text.len();
        self.put(mark.edit, Edit { start: message.start, end: message.payload, text });
    }

    /// Takes out the field that began with `mark`, and forgets the edits in it.
    pub fn remove(&mut self, mark: Mark, field: &Field) {
        self.list.truncate(mark.edit + 1);
        self.grown = mark.grown;
        self.put(mark.edit, Edit { start: field.start, end: field.end, text: 0..0 });
    }

    /// Takes out all that is in the message that began with `mark`.
    pub fn empty(&mut self, mark: Mark, message: &Field) {
        self.remove(mark, message);
        let text = self.text.len();
        put_len_field(&mut self.text, message.number, &[]);
        let text = text..self.text.len();
        self.put(mark.edit, Edit { start: message.start, end: message.end, text });
    }

    /// Writes what `write` writes in the place of these bytes, which come after all others.
    pub fn replace(&mut self, bytes: Range<usize>, write: impl FnOnce(&mut Vec<u8>)) {
        let text = self.text.len();
        write(&mut self.text);
        let edit = Edit { start: bytes.start, end: bytes.end, text: text..self.text.len() };
        self.grown += edit.grown();
        self.list.push(edit);
    }

    /// Takes out a message that `close_for_now` ended, whatever changed in it.
    pub fn take_out(&mut self, slot: &Slot) {
        let Some(edits) = self.list.get_mut(slot.edits.clone()) else { return };
        for edit in edits.iter_mut() {
            self.grown -= edit.grown();
            *edit = Edit::nothing(slot.field.end);
        }
        let gone = Edit { start: slot.field.start, end: slot.field.end, text: 0..0 };
        self.put(slot.edits.start, gone);
    }

    fn put(&mut self, at: usize, edit: Edit) {
        if let Some(place) = self.list.get_mut(at) {
            self.grown += edit.grown() - place.grown();
            *place = edit;
        }
    }

    /// How many there are, places kept for nothing included.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.iter().all(Edit::is_nothing)
    }

    /// The request with all edits.
    pub fn join(&self, request: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(request.len().saturating_add_signed(self.grown));
        let mut position = 0;
        for edit in self.list.iter().filter(|edit| !edit.is_nothing()) {
            out.extend_from_slice(request.get(position..edit.start).unwrap_or_default());
            out.extend_from_slice(self.text.get(edit.text.clone()).unwrap_or_default());
            position = edit.end;
        }
        out.extend_from_slice(request.get(position..).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::otlp::walk::next_field;
    use crate::otlp::wire::Reader;

    fn nested(payload_len: usize) -> Vec<u8> {
        let (mut inner, mut outer) = (Vec::new(), Vec::new());
        put_len_field(&mut inner, 1, &vec![b'x'; payload_len]);
        put_len_field(&mut outer, 2, &inner);
        outer.extend_from_slice(&[0x18, 0x07]);
        outer
    }

    fn first_field(bytes: &[u8], start: usize, end: usize) -> Field {
        next_field(&mut Reader::at(bytes, start, end)).unwrap().unwrap()
    }

    /// `nested(old)` with its innermost payload replaced by one of `new` bytes.
    fn resized(old: usize, new: usize) -> Vec<u8> {
        let request = nested(old);
        let message = first_field(&request, 0, request.len());
        let leaf = first_field(&request, message.payload, message.end);
        let mut edits = Edits::default();
        let mark = edits.open(message.start);
        edits.replace(leaf.start..leaf.end, |out| put_len_field(out, 1, &vec![b'x'; new]));
        edits.close(mark, &message);
        edits.join(&request)
    }

    #[test]
    fn lengths_grow_and_shrink_over_every_border_of_a_varint() {
        for old in [0, 1, 5, 124, 125, 126, 127, 128, 16_379, 16_380, 16_384, 70_000] {
            for new in [0, 1, 124, 125, 126, 127, 128, 129, 16_380, 16_381, 16_384, 2_097_152] {
                assert_eq!(resized(old, new), nested(new), "{old} to {new}");
            }
        }
    }

    #[test]
    fn a_removed_message_takes_its_edits_along() {
        let request = nested(9);
        let message = first_field(&request, 0, request.len());
        let leaf = first_field(&request, message.payload, message.end);
        let mut edits = Edits::default();
        let mark = edits.open(message.start);
        edits.replace(leaf.start..leaf.end, |out| out.extend_from_slice(b"longer than before"));
        edits.remove(mark, &message);
        assert_eq!(edits.join(&request), [0x18, 0x07]);
    }

    #[test]
    fn a_message_can_be_taken_out_after_it_was_changed_and_closed() {
        let mut request = nested(9);
        let after = request.len();
        request.extend_from_slice(&nested(3));
        let message = first_field(&request, 0, after);
        let leaf = first_field(&request, message.payload, message.end);
        let mut edits = Edits::default();
        let mark = edits.open(message.start);
        edits.replace(leaf.start..leaf.end, |out| out.extend_from_slice(b"longer than before"));
        let slot = edits.close_for_now(mark, &message);
        edits.replace(after..after, |out| out.extend_from_slice(&[0x20, 0x01]));
        edits.take_out(&slot);
        let mut expected = vec![0x18, 0x07, 0x20, 0x01];
        expected.extend_from_slice(&nested(3));
        assert_eq!(edits.join(&request), expected);
        assert_eq!(edits.grown, expected.len() as isize - request.len() as isize);
    }

    #[test]
    fn places_kept_for_nothing_leave_no_edit() {
        let request = nested(4);
        let message = first_field(&request, 0, request.len());
        let mut edits = Edits::default();
        let mark = edits.open(message.start);
        edits.close(mark, &message);
        let mark = edits.open(message.start);
        edits.close_for_now(mark, &message);
        assert!(edits.is_empty());
        assert_eq!(edits.join(&request), request);
    }
}
