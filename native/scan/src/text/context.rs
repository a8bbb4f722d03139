//! What stands around a finding: words that make it likelier, or less likely, and our own marks.

use std::ops::Range;

use crate::automaton::{FindScratch, Hit};
use crate::detect::look::{at, before, slice};
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

    /// What the words of two sets near `range`, where `look` has been, say about it.
    ///
    /// Where words stand before it on the same line, only the last one counts. Otherwise those
    /// of `raising` count wherever they are, those of `lowering` behind it on the same line.
    pub fn weigh(
        &self,
        (raising, lowering): (Option<u8>, Option<u8>),
        text: &[u8],
        range: (usize, usize),
    ) -> Near {
        let (first, last) = (range.0.saturating_sub(BYTES_BEFORE), range.1 + BYTES_AFTER);
        let line = line_around(text, first..last.min(text.len()), range);
        let begin = self.contexts.partition_point(|one| one.end <= first);
        let near = self.contexts.get(begin..).unwrap_or_default();
        let (mut before, mut around): (Option<Word>, Near) = (None, Near::default());
        for one in near.iter().take_while(|one| one.end <= last) {
            let (raises, lowers) = (Some(one.set) == raising, Some(one.set) == lowering);
            let is_before = one.start >= first && one.end <= range.0;
            if !(raises || lowers) || !(is_before || one.start >= range.1) {
                continue;
            }
            if is_before && one.start >= line.start {
                let word = Word { start: one.start, end: one.end, lowers };
                before = Some(before.map_or(word, |known| known.joined(word)));
            } else {
                around.raises |= raises;
                around.lowers |= lowers && !is_before && one.end <= line.end;
            }
        }
        before.map_or(around, |Word { lowers, .. }| Near { raises: !lowers, lowers })
    }
}

/// What words around a match do to its score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Near {
    pub raises: bool,
    pub lowers: bool,
}

/// A word that raises or lowers the score.
#[derive(Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
    lowers: bool,
}

impl Word {
    /// Of two words, of which `next` does not end first, the later one, unless it is part of one
    /// that starts before it.
    const fn joined(self, next: Self) -> Self {
        let is_same = self.start == next.start && self.end == next.end;
        let is_part = self.start < next.start && next.start < self.end;
        let start = if is_part { self.start } else { next.start };
        let lowers = if is_part { self.lowers } else { next.lowers || is_same && self.lowers };
        Self { start, end: next.end, lowers }
    }
}

/// The part of `window` that lies on the line, or the lines, of `range`.
fn line_around(text: &[u8], window: Range<usize>, range: (usize, usize)) -> Range<usize> {
    let before = slice(text, window.start, range.0);
    let after = slice(text, range.1, window.end);
    let start = memchr::memrchr(b'\n', before).map_or(window.start, |at| window.start + at + 1);
    let end = memchr::memchr(b'\n', after).map_or(window.end, |at| range.1 + at);
    start..end
}

/// Whether `start..end` is a word, a part of a camelCase name, or either with an `s` after it.
pub(super) fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    starts_word(text, start)
        && (ends_word(text, end)
            || matches!(at(text, end), b's' | b'S') && ends_word(text, end + 1))
}

/// Something begins at `start`, or a new part of a camelCase name.
fn starts_word(text: &[u8], start: usize) -> bool {
    is_border(before(text, start, 1), at(text, start))
}

fn ends_word(text: &[u8], end: usize) -> bool {
    is_border(before(text, end, 1), at(text, end))
}

/// Whether no word, or part of a camelCase name, goes on from one byte to the next: scripts
/// written without spaces put their letters right beside a number.
const fn is_border(last: u8, next: u8) -> bool {
    !(last.is_ascii_alphanumeric() && next.is_ascii_alphanumeric())
        || last.is_ascii_lowercase() && next.is_ascii_uppercase()
}

/// Whether no word goes on across `start` or `end`.
pub(super) fn is_whole(text: &[u8], start: usize, end: usize) -> bool {
    let goes_on = |a: u8, b: u8| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric();
    !goes_on(before(text, start, 1), at(text, start))
        && !goes_on(before(text, end, 1), at(text, end))
}

#[cfg(test)]
mod tests {
    use super::{ContextHit, Near, Surroundings, is_whole, is_word};

    /// What `+` words, which raise, and `-` words, which lower, say about the `#`.
    fn weighed(text: &str) -> Near {
        let at = text.find('#').unwrap_or(0);
        let hit = |(start, byte): (usize, u8)| match byte {
            b'+' => Some(ContextHit { start, end: start + 1, set: 0 }),
            b'-' => Some(ContextHit { start, end: start + 1, set: 1 }),
            _ => None,
        };
        let contexts = text.bytes().enumerate().filter_map(hit).collect();
        let around = Surroundings { contexts, ..Surroundings::default() };
        around.weigh((Some(0), Some(1)), text.as_bytes(), (at, at + 1))
    }

    #[test]
    fn the_last_word_before_a_match_on_its_line_decides() {
        let (raised, lowered) =
            (Near { raises: true, lowers: false }, Near { raises: false, lowers: true });
        for (text, near) in [
            ("+ - #", lowered),
            ("- + #", raised),
            ("- + # -", raised),
            ("-\n+ #", raised),
            ("+\n- #", lowered),
            ("+\n#", raised),
            ("-\n#", Near::default()),
            ("#\n-", Near::default()),
            ("# -", lowered),
            ("+\n# -", Near { raises: true, lowers: true }),
            ("#", Near::default()),
        ] {
            assert_eq!(weighed(text), near, "{text:?}");
        }
    }

    #[test]
    fn a_word_that_is_part_of_an_earlier_one_says_nothing() {
        let number = ContextHit { start: 6, end: 12, set: 0 };
        let order_number = ContextHit { start: 0, end: 12, set: 1 };
        let around =
            Surroundings { contexts: vec![order_number, number], ..Surroundings::default() };
        let near = around.weigh((Some(0), Some(1)), b"order number 1", (13, 14));
        assert_eq!(near, Near { raises: false, lowers: true });
    }

    #[test]
    fn words_end_where_names_in_camel_case_do() {
        assert!(is_word(b"card no", 0, 4));
        assert!(is_word(b"cards", 0, 4));
        assert!(is_word(b"cardNumber", 0, 4));
        assert!(is_word(b"creditCard", 6, 10));
        assert!(is_word(b"credit_card", 7, 11));
        assert!(!is_word(b"discard", 3, 7));
        assert!(!is_word(b"cardinal", 0, 4));
        assert!(is_word("x电话13800138000".as_bytes(), 1, 7));
    }

    #[test]
    fn phrases_are_whole_unless_letters_go_on() {
        assert!(is_whole(b"(ignore this)", 1, 12));
        assert!(!is_whole(b"ignore thiss", 0, 11));
        assert!(is_whole(b"x[INST]y", 1, 7));
    }
}
