//! Finds runs of digits, hex groups, long words and tokens: the anchors that are no literals.
//!
//! All take time linear in the text, whatever it holds.

mod map;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::blocks::ones;
use map::{BLOCK_LEN, Map, after};

/// Between two digits of a cluster.
const SEPARATORS_MAX: usize = 2;
/// Of an IPv4 address.
const DOTS: usize = 3;

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
        self.loose_clusters(digits_min, |mut start| {
            loop {
                let (end, n_digits) = cluster_end(text, start);
                if n_digits >= digits_min {
                    found(start..end, n_digits);
                }
                match self.next(end, |map| map.digits) {
                    Some(next) if next <= end + SEPARATORS_MAX => start = next,
                    _ => break,
                }
            }
        });
    }

    /// Calls `found` with the first digit of every longest stretch with at most two bytes, of
    /// whatever kind, between two digits, if it has so many digits: all clusters are in these.
    fn loose_clusters(&self, digits_min: usize, mut found: impl FnMut(usize)) {
        // So many are among the next 64 bytes if there are so many at all.
        let n_asked = digits_min.clamp(1, BLOCK_LEN / (SEPARATORS_MAX + 1));
        let n_bits = n_asked + (n_asked - 1) * SEPARATORS_MAX;
        let mut last = Map::default();
        for (index, &map) in self.maps.iter().enumerate() {
            for at in ones(map.first_digits(&last)) {
                let behind = after(map.digits, self.map(index + 1).digits, at as u32);
                let near = behind << (BLOCK_LEN - n_bits);
                if near.count_ones() as usize >= n_asked {
                    found(index * BLOCK_LEN + at);
                }
            }
            last = map;
        }
    }

    /// Calls `found` by ascending start with every longest stretch of ASCII digits and dots that
    /// may hold an IPv4 address: three dots, with a digit after each.
    pub fn octets(&self, text: &[u8], mut found: impl FnMut(Range<usize>)) {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        self.around(text, Map::quads, is_digit, |_, octets| {
            if n_of(text, &octets, b'.') >= DOTS {
                found(octets);
            }
        });
    }

    /// Calls `found` by ascending start with every longest stretch of ASCII hex digits and one of
    /// `:`, `-` and `.` that may hold a MAC or IPv6 address: one hex digit and two `:`; five `-`,
    /// two of them around a pair; or two `.`, four hex digits after one of them, and twelve in
    /// all. Stretches with different separators may share hex digits.
    pub fn hex_groups(&self, text: &[u8], mut found: impl FnMut(Range<usize>)) {
        let is_hex = |byte: u8| byte.is_ascii_hexdigit();
        self.around(text, Map::separators, is_hex, |at, group| {
            if may_be_address(text, at, &group) {
                found(group);
            }
        });
    }

    /// Calls `found` with the longest stretch of what `belongs` and the separator there around
    /// each place that `places` tells, once.
    fn around(
        &self,
        text: &[u8],
        places: impl Fn(&Map, &Map) -> u64,
        belongs: impl Fn(u8) -> bool,
        mut found: impl FnMut(usize, Range<usize>),
    ) {
        let mut from = 0;
        for (index, map) in self.maps.iter().enumerate() {
            for at in ones(places(map, &self.map(index + 1))) {
                let at = index * BLOCK_LEN + at;
                // A stretch holds no separator of another kind, so the search goes on after it.
                if at >= from {
                    let (before, after) = text.split_at_checked(at).unwrap_or_default();
                    let is_in = |byte: &&u8| Some(*byte) == after.first() || belongs(**byte);
                    let n_before = before.iter().rev().take_while(is_in).count();
                    from = at + after.iter().take_while(is_in).count();
                    found(at, at - n_before..from);
                }
            }
        }
    }

    /// Calls `found` by ascending start with every longest stretch of at least `len_min` bytes out
    /// of `[A-Za-z0-9+/_-]`, and the one or two `=` right after it where there are any (they do
    /// not count to `len_min`; a third is not part of it). A `len_min` of 0 is taken as 1.
    pub fn tokens(&self, text: &[u8], len_min: usize, mut found: impl FnMut(Range<usize>)) {
        self.stretches(
            |map| map.tokens,
            len_min,
            |Range { start, end }| {
                let padding = text.get(end..).unwrap_or_default();
                let n_padding = padding.iter().take(2).take_while(|&&byte| byte == b'=').count();
                found(start..end + n_padding);
            },
        );
    }

    /// Calls `found` by ascending start with every longest stretch of at least `len_min` ASCII
    /// letters and digits. A `len_min` of 0 is taken as 1.
    pub fn words(&self, len_min: usize, found: impl FnMut(Range<usize>)) {
        self.stretches(|map| map.words, len_min, found);
    }

    /// Calls `found` by ascending start with every word of two ASCII letters and two digits.
    pub fn country_checks(&self, mut found: impl FnMut(Range<usize>)) {
        let mut last = Map::default();
        for (index, &map) in self.maps.iter().enumerate() {
            for at in ones(map.country_checks(&last, &self.map(index + 1))) {
                let start = index * BLOCK_LEN + at;
                found(start..start + 4);
            }
            last = map;
        }
    }

    /// Calls `found` with every longest stretch of at least `len_min` bytes whose bits are set.
    fn stretches(
        &self,
        bits: impl Fn(&Map) -> u64,
        len_min: usize,
        mut found: impl FnMut(Range<usize>),
    ) {
        let mut at = 0;
        while let Some(start) = self.next_stretch(at, len_min.clamp(1, BLOCK_LEN), &bits) {
            // Behind the text nothing is set, but there may be no map.
            let end = self.next(start, |map| !bits(map)).unwrap_or(self.maps.len() * BLOCK_LEN);
            if end - start >= len_min {
                found(start..end);
            }
            at = end;
        }
    }

    fn map(&self, index: usize) -> Map {
        self.maps.get(index).copied().unwrap_or_default()
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

    /// Where from `from` on the first stretch of `len` bytes starts whose bits are set: at most
    /// `BLOCK_LEN`, so that it reaches over two blocks.
    fn next_stretch(&self, from: usize, len: usize, bits: impl Fn(&Map) -> u64) -> Option<usize> {
        let (mut index, mut behind) = (from / BLOCK_LEN, u64::MAX << (from % BLOCK_LEN));
        loop {
            let here = bits(self.maps.get(index)?) & behind;
            let (mut starts, mut n) = (here, 1);
            while n * 2 <= len {
                starts &= starts >> n;
                n *= 2;
            }
            starts &= starts >> (len - n);
            if starts != 0 {
                return Some(index * BLOCK_LEN + starts.trailing_zeros() as usize);
            }
            (index, behind) = (index + 1, u64::MAX);
            let n_last = here.leading_ones() as usize;
            let after = bits(self.maps.get(index)?).trailing_ones() as usize;
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
        } else if n_separators == SEPARATORS_MAX
            || !matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+')
        {
            break;
        } else {
            n_separators += 1;
        }
    }
    (end, n_digits)
}

/// Whether the stretch around the separator at `at` has as many separators and hex digits as an
/// address.
fn may_be_address(text: &[u8], at: usize, group: &Range<usize>) -> bool {
    let separator = text.get(at).copied().unwrap_or(b':');
    let (separators_min, hex_min) = match separator {
        b':' => (2, 1),
        b'-' => (5, 1),
        _ => (2, 12),
    };
    let n_separators = n_of(text, group, separator);
    n_separators >= separators_min && n_separators + hex_min <= group.len()
}

fn n_of(text: &[u8], range: &Range<usize>, separator: u8) -> usize {
    let bytes = text.get(range.clone()).unwrap_or_default();
    bytes.iter().filter(|&&byte| byte == separator).count()
}
