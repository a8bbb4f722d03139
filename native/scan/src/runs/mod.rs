//! Finds runs of digits, hex groups and long tokens: the anchors that are no literals.
//!
//! All three take time linear in the text, whatever it holds.

mod map;
#[cfg(test)]
mod tests;

use std::ops::Range;

use map::{BLOCK_LEN, Map};

/// A text with what stands where in it. Its memory is used again for the next text.
#[derive(Debug, Default)]
pub struct Runs {
    maps: Vec<Map>,
}

impl Runs {
    /// Reads the text that all others are asked about.
    pub fn read(&mut self, text: &[u8]) {
        map::read(text, &mut self.maps);
    }

    /// Calls `found` by ascending start with every digit cluster that has at least `digits_min`
    /// digits, and how many it has.
    ///
    /// A cluster is a longest stretch that starts and ends with an ASCII digit and in which
    /// between two digits stand no, one or two bytes out of ` -./()+`. Anything else (three
    /// separators, a line end, a tab) ends it. What stands before its first digit, `+` and `(`
    /// too, is not part of it.
    pub fn digits(
        &self,
        text: &[u8],
        digits_min: usize,
        mut found: impl FnMut(Range<usize>, usize),
    ) {
        let mut at = 0;
        while let Some(start) = self.next(at, |map| map.digits) {
            let (end, n_digits) = cluster_end(text, start);
            if n_digits >= digits_min {
                found(start..end, n_digits);
            }
            at = end;
        }
    }

    /// Calls `found` by ascending start with every longest stretch of ASCII hex digits and one of
    /// `:`, `-` and `.` that may hold a MAC or IPv6 address: one hex digit and two `:`, five `-`,
    /// or two `.` and three times four digits. Stretches with different separators may share hex
    /// digits.
    pub fn hex_groups(&self, text: &[u8], mut found: impl FnMut(Range<usize>)) {
        let mut from = 0;
        while let Some(at) = self.next(from, |map| map.separators) {
            from = at + 1;
            if !text.get(from).is_some_and(|&next| is_of_group(next)) {
                continue;
            }
            let separator = text.get(at).copied().unwrap_or(b':');
            // A stretch of one kind holds no separator of another, so the search goes on after it.
            from = hex_group_end(text, at, separator);
            let (separators_min, hex_min) = match separator {
                b':' => (2, 1),
                b'-' => (5, 1),
                _ => (2, 12),
            };
            let n_separators = count(text.get(at..from).unwrap_or_default(), separator);
            if n_separators < separators_min {
                continue;
            }
            let before = text.get(..at).unwrap_or_default();
            let n_before = before.iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if n_separators + hex_min <= from - at + n_before {
                found(at - n_before..from);
            }
        }
    }

    /// Calls `found` by ascending start with every longest stretch of at least `len_min` bytes out
    /// of `[A-Za-z0-9+/_-]`, and the one or two `=` right after it where there are any (they do
    /// not count to `len_min`; a third is not part of it). A `len_min` of 0 is taken as 1.
    pub fn tokens(&self, text: &[u8], len_min: usize, mut found: impl FnMut(Range<usize>)) {
        let (len_min, mut at) = (len_min.max(1), 0);
        while let Some(start) = self.next_stretch(at, len_min.min(BLOCK_LEN)) {
            let end = self.next(start, |map| !map.wide).unwrap_or(text.len()).min(text.len());
            tokens_in(text, start..end, len_min, &mut found);
            at = end;
        }
    }

    /// The first place from `from` on whose bit is set in what `bits` makes of the maps.
    fn next(&self, from: usize, bits: impl Fn(&Map) -> u64) -> Option<usize> {
        let (mut index, behind) = (from / BLOCK_LEN, u64::MAX << (from % BLOCK_LEN));
        let mut bits_here = bits(self.maps.get(index)?) & behind;
        while bits_here == 0 {
            index += 1;
            bits_here = bits(self.maps.get(index)?);
        }
        Some(index * BLOCK_LEN + bits_here.trailing_zeros() as usize)
    }

    /// Where from `from` on the first stretch of `len` wide bytes starts: at most `BLOCK_LEN`, so
    /// that it reaches over two blocks.
    fn next_stretch(&self, from: usize, len: usize) -> Option<usize> {
        let (mut index, mut behind) = (from / BLOCK_LEN, u64::MAX << (from % BLOCK_LEN));
        loop {
            let wide = self.maps.get(index)?.wide & behind;
            let (mut starts, mut n) = (wide, 1);
            while n * 2 <= len {
                starts &= starts >> n;
                n *= 2;
            }
            starts &= starts >> (len - n);
            if starts != 0 {
                return Some(index * BLOCK_LEN + starts.trailing_zeros() as usize);
            }
            (index, behind) = (index + 1, u64::MAX);
            let n_last = wide.leading_ones() as usize;
            let after = self.maps.get(index)?.wide.trailing_ones() as usize;
            if n_last > 0 && n_last + after >= len {
                return Some(index * BLOCK_LEN - n_last);
            }
        }
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

/// Where the stretch whose first separator is at `at` ends.
fn hex_group_end(text: &[u8], at: usize, separator: u8) -> usize {
    let after = text.get(at..).unwrap_or_default();
    let belongs = |byte: &&u8| **byte == separator || byte.is_ascii_hexdigit();
    at + after.iter().take_while(belongs).count()
}

fn count(text: &[u8], separator: u8) -> usize {
    text.iter().filter(|&&byte| byte == separator).count()
}

fn is_of_group(byte: u8) -> bool {
    matches!(byte, b':' | b'-' | b'.') || byte.is_ascii_hexdigit()
}

/// Calls `found` with the tokens of a stretch that holds all of each.
fn tokens_in(
    text: &[u8],
    Range { mut start, end }: Range<usize>,
    len_min: usize,
    found: &mut impl FnMut(Range<usize>),
) {
    // A token holds every `len_min`-th byte or starts after it.
    while let Some(probed) = text.get(start..end).and_then(|rest| rest.get(..len_min)) {
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

#[inline(always)]
fn is_token_byte(byte: u8) -> bool {
    IS_TOKEN_BYTE.get(usize::from(byte)) == Some(&true)
}

/// A table: the ranges of letters are hard to guess for a branch predictor.
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
