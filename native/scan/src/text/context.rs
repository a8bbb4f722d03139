//! Words around a finding that make it likelier, or less likely.

use crate::automaton::Hit;
use crate::detect::look::{at, before};
use crate::rules::Ruleset;

/// How far from a finding a word may stand, in bytes.
const BYTES_BEFORE: usize = 50;
const BYTES_AFTER: usize = 30;

#[derive(Clone, Copy, Debug)]
pub(super) struct ContextHit {
    pub hit: Hit,
    /// The set the word belongs to.
    pub set: u8,
}

/// Whether a word of `set` stands near `range`; `hits` by ascending end.
pub(super) fn is_near(
    rules: &Ruleset,
    text: &[u8],
    hits: &[ContextHit],
    set: u8,
    range: (usize, usize),
) -> bool {
    let (first, last) = (range.0.saturating_sub(BYTES_BEFORE), range.1 + BYTES_AFTER);
    let begin = hits.partition_point(|one| (one.hit.end as usize) <= first);
    let near = hits.get(begin..).unwrap_or_default();
    near.iter().take_while(|one| one.hit.end as usize <= last).any(|one| {
        let (start, end) = (rules.automaton.start(text, one.hit), one.hit.end as usize);
        one.set == set
            && (start >= first && end <= range.0 || start >= range.1)
            && is_word(text, start, end)
    })
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
