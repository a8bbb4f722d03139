//! Recognises what redaction itself wrote, so that a second pass leaves it alone.

use crate::rules::Ruleset;

const UNSCANNED: &[u8] = b"REDACTED";
const NAME_BYTES_MAX: usize = 64;
const TAG_DIGITS: usize = 16;
const STARS: &str = "****";
const KEPT_CHARS_MAX: usize = 8;
/// What may stand after the colon at most: eight characters on either side of the stars.
const INSIDE_BYTES_MAX: usize = 4 + 8 * KEPT_CHARS_MAX;

/// All marks of a text, by ascending start.
pub(super) fn find(rules: &Ruleset, text: &[u8]) -> Vec<(usize, usize)> {
    let mark = |start: usize| {
        let len = mark_len(rules, text.get(start + 1..)?)?;
        Some((start, start + 1 + len))
    };
    memchr::memchr_iter(b'[', text).filter_map(mark).collect()
}

/// Length of the mark whose label begins `text`.
fn mark_len(rules: &Ruleset, text: &[u8]) -> Option<usize> {
    let (label, rest) =
        text.split_at_checked(text.iter().take_while(|byte| is_of_name(byte)).count())?;
    let is_known = || std::str::from_utf8(label).is_ok_and(|label| rules.labels.contains(label));
    match rest.split_first()? {
        (b']', _) => is_known().then_some(label.len() + 1),
        (b':', rest) => {
            let inside = until_bracket(rest, INSIDE_BYTES_MAX)?;
            let is_mark = (label == UNSCANNED && is_reason(inside))
                || ((is_tag(inside) || is_partial(inside)) && is_known());
            is_mark.then_some(label.len() + inside.len() + 2)
        }
        _ => None,
    }
}

/// Labels are made of these.
fn is_of_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.-".contains(byte)
}

/// Why a value could not be scanned.
fn is_reason(inside: &[u8]) -> bool {
    (1..=NAME_BYTES_MAX).contains(&inside.len()) && inside.iter().all(is_of_name)
}

/// Whether one of `marks` overlaps the stretch. They are in order, and none holds another: no
/// bracket stands in what a label is followed by.
pub(super) fn overlaps(marks: &[(usize, usize)], start: usize, end: usize) -> bool {
    let behind = marks.partition_point(|mark| mark.0 < end);
    let last = behind.checked_sub(1).and_then(|index| marks.get(index));
    last.is_some_and(|mark| start < mark.1)
}

fn until_bracket(text: &[u8], bytes_max: usize) -> Option<&[u8]> {
    let near = text.get(..text.len().min(bytes_max + 1))?;
    near.get(..memchr::memchr(b']', near)?)
}

fn is_tag(inside: &[u8]) -> bool {
    let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    inside.len() == TAG_DIGITS && inside.iter().all(is_hex)
}

fn is_partial(inside: &[u8]) -> bool {
    let Some((head, tail)) = std::str::from_utf8(inside).ok().and_then(|s| s.split_once(STARS))
    else {
        return false;
    };
    let is_kept = |part: &str| {
        part.chars().count() <= KEPT_CHARS_MAX
            && !part.contains(|c: char| matches!(c, '[' | '*') || c.is_control())
    };
    is_kept(head) && is_kept(tail)
}
