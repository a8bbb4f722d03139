//! Reads backslash escapes.

use std::ops::Range;

use super::hex_byte;
use crate::blocks::{each, is};

/// Calls `change` with every escape that has a meaning, and its character as UTF-8.
pub fn changes(source: &[u8], mut change: impl FnMut(Range<usize>, &[u8])) {
    let Some(first) = memchr::memchr(b'\\', source) else { return };
    let (mut until, mut utf8) = (0, [0; 4]);
    let is_backslash = |block| is(block, b'\\');
    each(source.get(first..).unwrap_or_default(), is_backslash, |at| {
        let start = first + at;
        let rest = source.get(start + 1..).filter(|_| start >= until);
        if let Some((character, len)) = rest.and_then(meaning) {
            until = start + 1 + len;
            change(start..until, character.encode_utf8(&mut utf8).as_bytes());
        }
        true
    });
}

/// Whether what stands after a backslash makes it an escape.
pub fn is_one(after: Option<&[u8]>) -> bool {
    after.and_then(meaning).is_some()
}

/// The character that an escape stands for and its length, without the backslash.
fn meaning(rest: &[u8]) -> Option<(char, usize)> {
    let simple = match *rest.first()? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        other @ (b'"' | b'\'' | b'\\' | b'/') => char::from(other),
        b'x' => return Some((char::from(hex_byte(rest.get(1..3))?), 3)),
        b'u' => return unicode(rest),
        _ => return None,
    };
    Some((simple, 1))
}

/// `uXXXX`, or `uXXXX\uXXXX` if that is a surrogate pair.
pub fn unicode(rest: &[u8]) -> Option<(char, usize)> {
    let first = unit(rest)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 5));
    }
    let second = rest.get(5..).and_then(|rest| rest.strip_prefix(b"\\")).and_then(unit);
    match second {
        Some(second @ 0xDC00..=0xDFFF) if first < 0xDC00 => {
            let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            Some((char::from_u32(code)?, 11))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, 5)),
    }
}

/// The UTF-16 unit of `uXXXX`.
fn unit(rest: &[u8]) -> Option<u32> {
    let digits = rest.strip_prefix(b"u")?;
    let (high, low) = (hex_byte(digits.get(..2))?, hex_byte(digits.get(2..4))?);
    Some(u32::from(high) << 8 | u32::from(low))
}
