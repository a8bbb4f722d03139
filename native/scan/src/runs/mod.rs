//! Finds runs of digits, hex groups and long tokens: the anchors that are no literals.
//!
//! All three take time linear in the text, whatever it holds.

#[cfg(test)]
mod tests;

use std::ops::Range;

/// Calls `found` by ascending start with every digit cluster that has at least `digits_min`
/// digits.
///
/// A cluster is a longest stretch that starts and ends with an ASCII digit and in which between
/// two digits stand no, one or two bytes out of ` -./()+`. Anything else (three separators, a
/// line end, a tab) ends it. What stands before its first digit, `+` and `(` too, is not part
/// of it.
pub fn digits(text: &[u8], digits_min: usize, mut found: impl FnMut(Range<usize>)) {
    let mut at = 0;
    while let Some(start) = next_digit(text, at) {
        let (end, n_digits) = cluster_end(text, start);
        if n_digits >= digits_min {
            found(start..end);
        }
        at = end;
    }
}

/// Where the cluster that starts at `start` ends, and how many digits it has.
fn cluster_end(text: &[u8], start: usize) -> (usize, usize) {
    let (mut end, mut n_digits, mut n_separators) = (start, 0, 0);
    for (at, &byte) in text.iter().enumerate().skip(start) {
        if byte.is_ascii_digit() {
            (end, n_digits, n_separators) = (at + 1, n_digits + 1, 0);
        } else if n_separators == 2
            || !matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+')
        {
            break;
        } else {
            n_separators += 1;
        }
    }
    (end, n_digits)
}

/// So many bytes are looked at without a branch, by whole registers.
const BLOCK_LEN: usize = 32;

/// The first digit from `from` on.
fn next_digit(text: &[u8], from: usize) -> Option<usize> {
    let (blocks, _) = text.get(from..)?.as_chunks::<BLOCK_LEN>();
    let is_digit = |byte: u8| byte.wrapping_sub(b'0') < 10;
    let has_digit =
        |block: &[u8; BLOCK_LEN]| block.iter().fold(false, |any, &byte| any | is_digit(byte));
    let n_before = blocks.iter().take_while(|block| !has_digit(block)).count() * BLOCK_LEN;
    let at = text.get(from + n_before..)?.iter().position(u8::is_ascii_digit)?;
    Some(from + n_before + at)
}

/// Calls `found` by ascending start with every longest stretch of ASCII hex digits and one of
/// `:`, `-` and `.` that has at least two of these separators and one hex digit (MAC and IPv6
/// addresses). Stretches with different separators may share hex digits.
pub fn hex_groups(text: &[u8], mut found: impl FnMut(Range<usize>)) {
    let mut from = 0;
    while let Some(at) = next_group(text, from) {
        let separator = text.get(at).copied().unwrap_or(b':');
        // A stretch of one kind holds no separator of another, so the search goes on after it.
        from = hex_group_end(text, at, separator);
        let n_separators = count(text.get(at..from).unwrap_or_default(), separator);
        if n_separators < 2 {
            continue;
        }
        let before = text.get(..at).unwrap_or_default();
        let n_before = before.iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if n_separators < from - at + n_before {
            found(at - n_before..from);
        }
    }
}

/// The first separator from `from` on after which a stretch may go on.
fn next_group(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let goes_on = |at: &usize| {
        let next = rest.get(at + 1);
        next.is_some_and(|next| matches!(next, b':' | b'-' | b'.') || next.is_ascii_hexdigit())
    };
    let at = memchr::memchr3_iter(b':', b'-', b'.', rest).find(goes_on)?;
    Some(from + at)
}

/// Where the stretch whose first separator is at `at` ends.
fn hex_group_end(text: &[u8], at: usize, separator: u8) -> usize {
    let after = text.get(at..).unwrap_or_default();
    let belongs = |byte: &&u8| **byte == separator || byte.is_ascii_hexdigit();
    at + after.iter().take_while(belongs).count()
}

fn count(text: &[u8], separator: u8) -> usize {
    text.iter().filter(|&&byte| byte == separator).count()
}

/// Calls `found` by ascending start with every longest stretch of at least `len_min` bytes out
/// of `[A-Za-z0-9+/_-]`, and the one or two `=` right after it where there are any (they do not
/// count to `len_min`; a third is not part of it). A `len_min` of 0 is taken as 1.
pub fn tokens(text: &[u8], len_min: usize, mut found: impl FnMut(Range<usize>)) {
    let len_min = len_min.max(1);
    let mut start = 0;
    loop {
        if len_min >= LONG_TOKEN_LEN {
            start = next_long_token(text, start);
        }
        // Such a stretch holds every `len_min`-th byte or starts after it, so that most bytes
        // of other text are never looked at.
        let Some(probed) = text.get(start..).and_then(|rest| rest.get(..len_min)) else { return };
        if let Some(at) = probed.iter().rposition(|&byte| !is_token_byte(byte)) {
            start += at + 1;
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let n_token = rest.iter().take_while(|&&byte| is_token_byte(byte)).count();
        let padding = rest.get(n_token..).unwrap_or_default();
        let n_padding = padding.iter().take(2).take_while(|&&byte| byte == b'=').count();
        found(start..start + n_token + n_padding);
        start += n_token + n_padding;
    }
}

/// So long a stretch covers two whole words of eight bytes, wherever it begins.
const LONG_TOKEN_LEN: usize = 7 + 8 + 8;

/// From where on the next stretch of `LONG_TOKEN_LEN` bytes may start, or the end of the text.
/// Hardly any two words of prose come without a space, so that no branch is hard to guess.
fn next_long_token(text: &[u8], from: usize) -> usize {
    let (words, _) = text.get(from..).unwrap_or_default().as_chunks::<8>();
    let mut was_open = false;
    for (index, &word) in words.iter().enumerate() {
        let is_open = !has_byte_below_plus(u64::from_le_bytes(word));
        if was_open && is_open {
            return from + (index * 8).saturating_sub(15);
        }
        was_open = is_open;
    }
    text.len()
}

/// Whether one of eight bytes is below `+`, the lowest byte of tokens: a space, a quote ...
fn has_byte_below_plus(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    word.wrapping_sub(ONES * b'+' as u64) & !word & (ONES * 0x80) != 0
}

#[inline(always)]
fn is_token_byte(byte: u8) -> bool {
    IS_TOKEN_BYTE.get(usize::from(byte)) == Some(&true)
}

/// A table: this is asked a few times for every stretch of `len_min` bytes, and the ranges of
/// letters are hard to guess for a branch predictor.
#[allow(clippy::indexing_slicing)] // Evaluated by the compiler.
const IS_TOKEN_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_sign = matches!(byte as u8, b'+' | b'/' | b'_' | b'-');
        table[byte] = is_sign || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};
