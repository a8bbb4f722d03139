//! What may stand right before and after a telephone number.

use super::cluster::{before, is_digit};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    Free,
    /// Another digit group stands there, one space away.
    Crowded,
    /// A digit stands there, one comma away: a field of a table, a decimal or thousands.
    Listed,
    /// The digits belong to something longer or other.
    Blocked,
}

const CURRENCIES: [&str; 5] = ["$", "€", "£", "¥", "₹"];

/// The border before `start`.
pub fn left(text: &[u8], start: usize) -> Border {
    let head = text.get(..start).unwrap_or_default();
    let unspaced = head.strip_suffix(b" ").unwrap_or(head);
    if CURRENCIES.iter().any(|sign| unspaced.ends_with(sign.as_bytes())) {
        return Border::Blocked;
    }
    let previous = before(text, start.saturating_sub(1));
    let is_previous_digit = previous.is_some_and(|byte| byte.is_ascii_digit());
    let is_previous_group = is_previous_digit || previous == Some(b')');
    match head.last() {
        Some(b' ') if is_previous_group => Border::Crowded,
        Some(b',') if is_previous_group => Border::Listed,
        Some(b':') if is_previous_digit => Border::Blocked,
        Some(b'%') if is_quote(previous.as_ref()) => Border::Free,
        Some(b'/') if text.get(start) == Some(&b'+') || head.ends_with(b"wa.me/") => Border::Free,
        Some(b'.') if previous.is_some_and(|byte| byte.is_ascii_alphabetic()) => Border::Free,
        Some(b'.' | b'-' | b'/' | b'_' | b'#' | b'@' | b'%' | b'^' | b'~' | b'+' | b')') => {
            Border::Blocked
        }
        Some(byte) if byte.is_ascii_alphanumeric() => Border::Blocked,
        _ => Border::Free,
    }
}

/// The border after `end` of a number that begins with a `+` or not.
pub fn right(text: &[u8], end: usize, has_plus: bool) -> Border {
    let tail = text.get(end..).unwrap_or_default();
    let next = tail.get(1);
    match tail.first() {
        Some(b' ') if is_digit(next) => Border::Crowded,
        Some(b',') if is_digit(next) => Border::Listed,
        Some(b'%') if is_quote(next) => Border::Free,
        // An address for calls: `+4930123456@sip.example.org`.
        Some(b'@') if has_plus => Border::Free,
        Some(b':' | b'.' | b')' | b'(') if is_digit(next) => Border::Blocked,
        // In Markdown, the code that names a commit: [`0701559336`](https://...).
        Some(b'`') if tail.starts_with(b"`](http") => Border::Blocked,
        Some(b'-') if starts_word(tail) => Border::Free,
        Some(b'-' | b'/') if next.is_some_and(u8::is_ascii_alphanumeric) => Border::Blocked,
        // `123456#` is a code that a telephone sends in a call.
        Some(b'_' | b'@' | b'#' | b'%' | b'^' | b'+' | b'=') => Border::Blocked,
        Some(byte) if byte.is_ascii_alphanumeric() => Border::Blocked,
        _ => Border::Free,
    }
}

/// As around the `%` of a pattern in SQL: `LIKE '%0612345678%'`.
fn is_quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'\'' | b'"'))
}

/// `-Fax`, `-Office`: three letters, so no hex group.
fn starts_word(tail: &[u8]) -> bool {
    tail.get(1..4).is_some_and(|word| word.iter().all(u8::is_ascii_alphabetic))
}

/// Whether a byte in hex with a digit and a letter (`4c`) stands one space before or after.
pub fn is_in_hex_dump(text: &[u8], start: usize, end: usize) -> bool {
    let head = text.get(start.saturating_sub(4)..start).unwrap_or_default();
    let tail = text.get(end..text.len().min(end + 4)).unwrap_or_default();
    let mut before = head.rsplit(|byte| *byte == b' ');
    let mut after = tail.split(|byte| *byte == b' ');
    let is_pair = |word: &[u8]| {
        let n_digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
        word.len() == 2 && n_digits == 1 && word.iter().all(u8::is_ascii_hexdigit)
    };
    let is_spaced = |gap: Option<&[u8]>| gap.is_some_and(<[u8]>::is_empty);
    (is_spaced(before.next()) && before.next().is_some_and(is_pair))
        || (is_spaced(after.next()) && after.next().is_some_and(is_pair))
}
