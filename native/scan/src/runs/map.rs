//! Which bytes of a text are what, as one bit each.

use wide::u8x16;

use crate::blocks::{is, is_among, padded};

/// Bytes in a block, and bits in a map.
pub(super) const BLOCK_LEN: usize = 64;
const LANE_LEN: usize = 16;
const N_LANES: usize = BLOCK_LEN / LANE_LEN;

/// Of one block, its first byte lowest. Behind the text nothing is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Map {
    pub digits: u64,
    pub hex: u64,
    /// ASCII letters and digits.
    pub words: u64,
    /// Words and `+/_-`.
    pub tokens: u64,
    pub colons: u64,
    pub dashes: u64,
    pub dots: u64,
}

impl Map {
    /// Digits with no other one among the three bytes before them.
    pub fn first_digits(&self, last: &Self) -> u64 {
        let before = |n: u32| self.digits << n | last.digits >> (u64::BITS - n);
        self.digits & !(before(1) | before(2) | before(3))
    }

    /// Separators that stand in every hex group that may be an address: a `:` before another one
    /// or a hex digit, a `-` before two hex digits and another one, a `.` before four hex digits.
    pub fn separators(&self, next: &Self) -> u64 {
        if self.colons | self.dashes | self.dots == 0 {
            return 0;
        }
        let after = |of: fn(&Self) -> u64, n| after(of(self), of(next), n);
        let hex = |n| after(|map| map.hex, n);
        let (one, two) = (hex(1), hex(1) & hex(2));
        self.colons & (one | after(|map| map.colons, 1))
            | self.dashes & two & after(|map| map.dashes, 3)
            | self.dots & two & hex(3) & hex(4)
    }

    /// First dots of dotted quads: a digit stands after each of three, which have two to four
    /// bytes from one to the next.
    pub fn quads(&self, next: &Self) -> u64 {
        if self.dots & after(self.digits, next.digits, 1) == 0 {
            return 0;
        }
        let both = |of: fn(&Self) -> u64| u128::from(of(next)) << u64::BITS | u128::from(of(self));
        let dots = both(|map| map.dots) & both(|map| map.digits) >> 1;
        let before = |dots: u128| dots >> 2 | dots >> 3 | dots >> 4;
        (dots & before(dots & before(dots))) as u64
    }

    /// First letters of words of two letters and two digits.
    pub fn country_checks(&self, last: &Self, next: &Self) -> u64 {
        if self.digits == 0 && next.digits == 0 {
            return 0;
        }
        let after = |of: fn(&Self) -> u64, n| after(of(self), of(next), n);
        let letters = |n| after(|map| map.words & !map.digits, n);
        let digits = |n| after(|map| map.digits, n);
        let starts = !(self.words << 1 | last.words >> (u64::BITS - 1));
        let word = letters(0) & letters(1) & digits(2) & digits(3);
        if word == 0 { 0 } else { word & starts & !after(|map| map.words, 4) }
    }
}

/// The bits from the `n`-th on, those of the next map behind them.
pub(super) fn after(bits: u64, next: u64, n: u32) -> u64 {
    bits >> n | next.unbounded_shl(u64::BITS - n)
}

/// Puts the maps of a text in the place of others.
pub(super) fn read(text: &[u8], maps: &mut Vec<Map>) {
    maps.clear();
    let (blocks, rest) = text.as_chunks::<BLOCK_LEN>();
    maps.extend(blocks.iter().map(map_of));
    if !rest.is_empty() {
        maps.push(map_of(&padded(rest)));
    }
}

fn map_of(block: &[u8; BLOCK_LEN]) -> Map {
    let mut lanes = block.as_chunks::<LANE_LEN>().0.iter().map(|lane| u8x16::new(*lane));
    let lanes: [u8x16; N_LANES] = std::array::from_fn(|_| lanes.next().unwrap_or_default());
    let letter = |lane, last| is_among(lane | u8x16::splat(0x20), b'a', last);
    let digit = |lane| is_among(lane, b'0', b'9');
    let word = |lane| letter(lane, b'z') | digit(lane);
    // `+` and `/` differ in one bit.
    let slash_or_plus = |lane| is(lane | u8x16::splat(b'+' ^ b'/'), b'/');
    let sign = |lane| slash_or_plus(lane) | is(lane, b'_') | is(lane, b'-');
    Map {
        digits: bits(lanes, digit),
        hex: bits(lanes, |lane| letter(lane, b'f') | digit(lane)),
        words: bits(lanes, word),
        tokens: bits(lanes, |lane| word(lane) | sign(lane)),
        colons: bits(lanes, |lane| is(lane, b':')),
        dashes: bits(lanes, |lane| is(lane, b'-')),
        dots: bits(lanes, |lane| is(lane, b'.')),
    }
}

/// One bit for each byte of the lanes, set for those that `is_one` picks.
#[inline(always)]
fn bits(lanes: [u8x16; N_LANES], is_one: impl Fn(u8x16) -> u8x16) -> u64 {
    let [a, b, c, d] = lanes.map(|lane| u64::from(is_one(lane).to_bitmask()));
    a | b << LANE_LEN | c << (2 * LANE_LEN) | d << (3 * LANE_LEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_what_it_is_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for at in 0..BLOCK_LEN {
                let mut text = [b' '; BLOCK_LEN + 1];
                text.iter_mut().skip(at).take(1).for_each(|to| *to = byte);
                let bit = |is_one: bool| u64::from(is_one) << at;
                let expected = Map {
                    digits: bit(byte.is_ascii_digit()),
                    hex: bit(byte.is_ascii_hexdigit()),
                    words: bit(byte.is_ascii_alphanumeric()),
                    tokens: bit(byte.is_ascii_alphanumeric() || b"+/_-".contains(&byte)),
                    colons: bit(byte == b':'),
                    dashes: bit(byte == b'-'),
                    dots: bit(byte == b'.'),
                };
                let mut maps = vec![expected; 3];
                read(&text, &mut maps);
                assert_eq!(maps, [expected, Map::default()], "{byte} at {at}");
            }
        }
    }
}
