//! What stands around a finding: words that make it likelier, or less likely, and our own marks.

use crate::automaton::{FindScratch, Hit};
use crate::detect::look::{at, before};
use crate::rules::{LiteralSet, Owner, Ruleset};

use super::marks;

/// How far from a finding a word may stand, in bytes.
const BYTES_BEFORE: usize = 50;
const BYTES_AFTER: usize = 30;

/// What stands in a text besides what rules look for: asked for by the first match in it.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    is_known: bool,
    /// By ascending end.
    contexts: Vec<ContextHit>,
    /// Our own marks in the text.
    marks: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, Debug)]
struct ContextHit {
    hit: Hit,
    /// The set the word belongs to.
    set: u8,
}

impl Surroundings {
    pub fn clear(&mut self) {
        self.is_known = false;
        self.contexts.clear();
        self.marks.clear();
    }

    /// Looks around unless that is done already. What `hits` holds is lost.
    pub fn know(
        &mut self,
        rules: &Ruleset,
        text: &[u8],
        hits: &mut Vec<Hit>,
        find: &mut FindScratch,
    ) {
        if self.is_known {
            return;
        }
        self.is_known = true;
        hits.clear();
        let LiteralSet { automaton, owners } = &rules.surroundings;
        automaton.find(text, hits, find);
        for &hit in hits.iter() {
            for owner in owners.of(hit.literal) {
                match *owner {
                    Owner::Context(set) => self.contexts.push(ContextHit { hit, set }),
                    Owner::Mark => {
                        let start = automaton.start(text, hit);
                        self.marks.extend(marks::mark(rules, text, start, hit.end as usize));
                    }
                    _ => {}
                }
            }
        }
    }

    pub fn has_mark(&self, start: usize, end: usize) -> bool {
        marks::overlaps(&self.marks, start, end)
    }

    /// Whether a word of `set` stands near `range`.
    pub fn is_near(&self, rules: &Ruleset, text: &[u8], set: u8, range: (usize, usize)) -> bool {
        let (first, last) = (range.0.saturating_sub(BYTES_BEFORE), range.1 + BYTES_AFTER);
        let begin = self.contexts.partition_point(|one| (one.hit.end as usize) <= first);
        let near = self.contexts.get(begin..).unwrap_or_default();
        near.iter().take_while(|one| one.hit.end as usize <= last).any(|one| {
            let automaton = &rules.surroundings.automaton;
            let (start, end) = (automaton.start(text, one.hit), one.hit.end as usize);
            one.set == set
                && (start >= first && end <= range.0 || start >= range.1)
                && is_word(text, start, end)
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
