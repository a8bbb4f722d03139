//! What stands around a finding: words that make it likelier, or less likely, and our own marks.

use std::ops::Range;

use crate::automaton::{FindScratch, Hit};
use crate::detect::look::{at, before};
use crate::rules::{LiteralSet, Owner, Ruleset};

use super::marks;

/// How far from a finding a word may stand, in bytes.
const BYTES_BEFORE: usize = 50;
const BYTES_AFTER: usize = 30;

/// So much more is looked at where a match stands beside the one before, so that a table of
/// matches costs little more than one look at all of it.
const BYTES_AHEAD: usize = 1024;

/// What stands around the matches in a text besides what rules look for.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// The stretch of the text that was looked at last for context words, and what it holds.
    near: Range<usize>,
    contexts: Vec<ContextHit>,
    /// Our own marks in the text, if they were asked for.
    marks: Option<Vec<(usize, usize)>>,
}

#[derive(Clone, Copy, Debug)]
struct ContextHit {
    start: usize,
    end: usize,
    /// The set the word belongs to.
    set: u8,
}

impl Surroundings {
    /// For another text.
    pub fn clear(&mut self) {
        self.near = 0..0;
        self.contexts.clear();
        self.marks = None;
    }

    /// Looks for context words near `range`. What `hits` holds is lost.
    pub fn look(
        &mut self,
        rules: &Ruleset,
        text: &[u8],
        range: (usize, usize),
        (hits, find): (&mut Vec<Hit>, &mut FindScratch),
    ) {
        let near = range.0.saturating_sub(BYTES_BEFORE)..text.len().min(range.1 + BYTES_AFTER);
        if self.near.start <= near.start && near.end <= self.near.end {
            return;
        }
        let is_beside = self.near.start <= near.start && near.start < self.near.end;
        let ahead = if is_beside { BYTES_AHEAD } else { 0 };
        self.near = near.start..text.len().min(near.end + ahead);
        self.contexts.clear();
        let part = text.get(self.near.clone()).unwrap_or_default();
        let LiteralSet { automaton, owners } = &rules.surroundings;
        hits.clear();
        automaton.find(part, hits, find);
        for &hit in hits.iter() {
            let start = near.start + automaton.start(part, hit);
            let end = near.start + hit.end as usize;
            for owner in owners.of(hit.literal) {
                if let Owner::Context(set) = *owner
                    && is_word(text, start, end)
                {
                    self.contexts.push(ContextHit { start, end, set });
                }
            }
        }
    }

    /// Whether one of our own marks overlaps the stretch.
    pub fn has_mark(&mut self, rules: &Ruleset, text: &[u8], start: usize, end: usize) -> bool {
        let marks = self.marks.get_or_insert_with(|| marks::find(rules, text));
        marks::overlaps(marks, start, end)
    }

    /// Whether a word of `set` stands near `range`, where `look` has been.
    pub fn is_near(&self, set: u8, range: (usize, usize)) -> bool {
        let (first, last) = (range.0.saturating_sub(BYTES_BEFORE), range.1 + BYTES_AFTER);
        let begin = self.contexts.partition_point(|one| one.end <= first);
        let near = self.contexts.get(begin..).unwrap_or_default();
        near.iter().take_while(|one| one.end <= last).any(|one| {
            let is_outside = one.start >= first && one.end <= range.0 || one.start >= range.1;
            one.set == set && is_outside
        })
    }
}

/// Whether `start..end` is a word, a part of a camelCase name, or either with an `s` after it.
pub(super) fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    starts_word(text, start)
        && (ends_word(text, end)
            || matches!(at(text, end), b's' | b'S') && ends_word(text, end + 1))
}

/// Something begins at `start`, or a new part of a camelCase name.
fn starts_word(text: &[u8], start: usize) -> bool {
    let (ahead, first) = (before(text, start, 1), at(text, start));
    !ahead.is_ascii_alphanumeric() || ahead.is_ascii_lowercase() && first.is_ascii_uppercase()
}

fn ends_word(text: &[u8], end: usize) -> bool {
    let (last, after) = (before(text, end, 1), at(text, end));
    !after.is_ascii_alphanumeric() || last.is_ascii_lowercase() && after.is_ascii_uppercase()
}

/// Whether no word goes on across `start` or `end`.
pub(super) fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    let goes_on = |a: u8, b: u8| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric();
    !goes_on(before(text, start, 1), at(text, start))
        && !goes_on(before(text, end, 1), at(text, end))
}

#[cfg(test)]
mod tests {
    use super::{is_whole, is_word};

    #[test]
    fn words_end_where_names_in_camel_case_do() {
        assert!(is_word(b"card no", 0, 4));
        assert!(is_word(b"cards", 0, 4));
        assert!(is_word(b"cardNumber", 0, 4));
        assert!(is_word(b"creditCard", 6, 10));
        assert!(is_word(b"credit_card", 7, 11));
        assert!(!is_word(b"discard", 3, 7));
        assert!(!is_word(b"cardinal", 0, 4));
    }

    #[test]
    fn phrases_are_whole_unless_letters_go_on() {
        assert!(is_whole(b"(ignore this)", 1, 12));
        assert!(!is_whole(b"ignore thiss", 0, 11));
        assert!(is_whole(b"x[INST]y", 1, 7));
    }
}
