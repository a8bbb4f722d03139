//! Bytes of a kind, found by whole registers.

use wide::u8x16;

const BLOCK_LEN: usize = 16;

/// All ones for each byte that is this one.
#[inline(always)]
pub fn is(block: u8x16, byte: u8) -> u8x16 {
    block.simd_eq(u8x16::splat(byte))
}

/// All ones for each byte from `first` to `last`.
#[inline(always)]
pub fn is_among(block: u8x16, first: u8, last: u8) -> u8x16 {
    let above = block - u8x16::splat(first);
    above.min(u8x16::splat(last - first)).simd_eq(above)
}

/// The positions of the bits that are set, ascending.
#[inline(always)]
pub fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        at
    })
}

/// What a text begins with, and zeros behind it.
#[inline(always)]
pub fn padded<const LEN: usize>(text: &[u8]) -> [u8; LEN] {
    let mut block = [0; LEN];
    block.iter_mut().zip(text).for_each(|(to, &byte)| *to = byte);
    block
}

/// Calls `found` with where the bytes stand that `is_one` picks, ascending, until it says false.
#[inline]
pub fn each(text: &[u8], is_one: impl Fn(u8x16) -> u8x16, mut found: impl FnMut(usize) -> bool) {
    let (blocks, rest) = text.as_chunks::<BLOCK_LEN>();
    let mut each_of = |start: usize, bits: u32| {
        for at in ones(bits.into()) {
            if !found(start + at) {
                return false;
            }
        }
        true
    };
    for (index, &block) in blocks.iter().enumerate() {
        if !each_of(index * BLOCK_LEN, is_one(u8x16::new(block)).to_bitmask()) {
            return;
        }
    }
    let bits = is_one(u8x16::new(padded(rest))).to_bitmask() & ((1 << rest.len()) - 1);
    each_of(text.len() - rest.len(), bits);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn all_are_found_wherever_they_stand() {
        for len in 0..50 {
            for at in 0..len {
                let mut text = vec![b'a'; len];
                (text[at], text[len - 1]) = (0, 0);
                let (mut found, mut first) = (Vec::new(), None);
                let is_zero = |block| is(block, 0);
                each(&text, is_zero, |at| {
                    found.push(at);
                    true
                });
                each(&text, is_zero, |at| first.replace(at).is_some());
                let expected: Vec<_> = if at + 1 == len { vec![at] } else { vec![at, len - 1] };
                assert_eq!((found, first), (expected, Some(at)));
            }
        }
    }
}
