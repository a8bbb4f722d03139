//! Recognises what redaction itself wrote, so that a second pass leaves it alone.

use crate::rules::Ruleset;

/// How every one of them begins.
pub(super) const BEGIN: u8 = b'[';
const UNSCANNED: &[u8] = b"[REDACTED:";
const NAME_BYTES_MAX: usize = 64;
const TAG_DIGITS: usize = 16;
const STARS: &str = "****";
const KEPT_CHARS_MAX: usize = 8;
/// What may stand after the colon at most: eight characters on either side of the stars.
const INSIDE_BYTES_MAX: usize = 4 + 8 * KEPT_CHARS_MAX;

/// The mark that starts at `start`; `end` is where its label ends.
pub(super) fn mark(
    rules: &Ruleset,
    text: &[u8],
    start: usize,
    end: usize,
) -> Option<(usize, usize)> {
    let begin = text.get(start..end)?;
    let rest = text.get(end..)?;
    if begin == UNSCANNED {
        let name = until_bracket(rest, NAME_BYTES_MAX)?;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
        return (!name.is_empty() && name.iter().all(is_name))
            .then(|| (start, end + name.len() + 1));
    }
    let label = std::str::from_utf8(begin.get(1..)?).ok()?;
    if !rules.labels.contains(label) {
        return None;
    }
    match rest.first()? {
        b']' => Some((start, end + 1)),
        b':' => {
            let inside = until_bracket(rest.get(1..)?, INSIDE_BYTES_MAX)?;
            (is_tag(inside) || is_partial(inside)).then(|| (start, end + inside.len() + 2))
        }
        _ => None,
    }
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
