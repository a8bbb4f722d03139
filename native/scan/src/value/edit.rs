//! New text in place of old.

use crate::json;
use crate::view::Map;

/// `text` takes the place of `start..end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Edit {
    /// The edit of the text around a JSON string that does to the string what this one does to
    /// its content. `map` leads from the content to how it is written, from `content_start` on.
    pub fn lift(self, map: Option<&Map>, content_start: usize) -> Self {
        let range = map.map_or(self.start..self.end, |map| map.source(self.start..self.end));
        let (start, end) = (content_start + range.start, content_start + range.end);
        Self { start, end, text: json::escaped(self.text) }
    }
}

/// Orders edits and joins those that overlap: the first text that is not empty stands for all.
pub(super) fn join(edits: &mut Vec<Edit>) {
    edits.sort_by_key(|edit| edit.start);
    edits.dedup_by(|next, last| {
        let overlaps = next.start < last.end;
        if overlaps {
            last.end = last.end.max(next.end);
            if last.text.is_empty() {
                last.text = std::mem::take(&mut next.text);
            }
        }
        overlaps
    });
}

/// The text with all edits made. They stand in order and do not overlap.
pub(super) fn apply(text: &[u8], edits: &[Edit]) -> Vec<u8> {
    let n_added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut out = Vec::with_capacity(text.len() + n_added);
    let mut copied = 0;
    for edit in edits {
        out.extend_from_slice(text.get(copied..edit.start).unwrap_or_default());
        out.extend_from_slice(edit.text.as_bytes());
        copied = edit.end;
    }
    out.extend_from_slice(text.get(copied..).unwrap_or_default());
    out
}

/// The stretch widened so that it begins and ends between characters. Bytes that are no UTF-8
/// are characters of their own.
pub(super) fn widen(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| (0x80..0xC0).contains(byte));
    let back = (0..4).take_while(|back| start > *back && is_inside(start - back)).count();
    let on = (0..4).take_while(|on| is_inside(end + on)).count();
    (start - if back < 4 { back } else { 0 }, end + if on < 4 { on } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::{Edit, apply, join, widen};

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { start, end, text: text.to_owned() }
    }

    #[test]
    fn overlapping_edits_become_one_with_the_first_text() {
        let mut edits = vec![edit(5, 8, "[B]"), edit(0, 3, ""), edit(2, 4, "[A]"), edit(8, 9, "")];
        join(&mut edits);
        assert_eq!(edits, [edit(0, 4, "[A]"), edit(5, 8, "[B]"), edit(8, 9, "")]);
        assert_eq!(apply(b"0123456789", &edits), b"[A]4[B]9");
    }

    #[test]
    fn edits_never_cut_a_character() {
        let text = "aé😀b".as_bytes();
        assert_eq!(widen(text, 2, 4), (1, 7));
        assert_eq!(widen(text, 6, 7), (3, 7));
        assert_eq!(widen(text, 0, 1), (0, 1));
        assert_eq!(widen(b"\x80\x80", 0, 1), (0, 2));
    }
}
