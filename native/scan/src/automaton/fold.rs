//! A copy of a text in which all cases and all white space are one.

use wide::u8x16;

/// So many bytes are looked at at once.
const BLOCK_LEN: usize = 16;

/// A text with lower-case ASCII letters and each run of white space as one space. Its memory is
/// used again for the next text.
#[derive(Default)]
pub(super) struct Folded {
    bytes: Vec<u8>,
    /// One for each byte dropped, ascending: how many bytes were kept before it.
    gaps: Vec<u32>,
}

impl Folded {
    pub(super) fn set(&mut self, text: &[u8]) {
        self.bytes.clear();
        self.gaps.clear();
        self.bytes.extend(text.iter().map(|&byte| folded(byte)));
        self.collapse();
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where in the text the ends, ascending ones, in the copy are.
    pub(super) fn unfold<'a>(&self, ends: impl Iterator<Item = &'a mut u32>) {
        let mut n_dropped = 0;
        for end in ends {
            while self.gaps.get(n_dropped as usize).is_some_and(|gap| gap < end) {
                n_dropped += 1;
            }
            *end += n_dropped;
        }
    }

    /// Drops white space after white space.
    fn collapse(&mut self) {
        let (mut n_kept, mut from, mut block) = (0, 0, 0);
        while let Some(mut spaces) = repeated_spaces(&self.bytes, block) {
            while spaces != 0 {
                let at = block + 1 + spaces.trailing_zeros() as usize;
                // What is written lies before what is still to be read.
                if from < at && n_kept < from {
                    self.bytes.copy_within(from..at, n_kept);
                }
                n_kept += at - from;
                from = at + 1;
                self.gaps.push(n_kept as u32);
                spaces &= spaces - 1;
            }
            block += BLOCK_LEN;
        }
        if from > 0 {
            self.bytes.copy_within(from.., n_kept);
            self.bytes.truncate(n_kept + self.bytes.len() - from);
        }
    }
}

/// One bit for each byte after `start` that is a space after another, the first one lowest; None
/// at the end.
fn repeated_spaces(bytes: &[u8], start: usize) -> Option<u32> {
    let rest = bytes.get(start..).filter(|rest| rest.len() > 1)?;
    let is_space = |block: &[u8; BLOCK_LEN]| u8x16::new(*block).simd_eq(u8x16::splat(b' '));
    if let (Some(block), Some(next)) = (rest.first_chunk(), rest.get(1..)?.first_chunk()) {
        return Some((is_space(block) & is_space(next)).to_bitmask());
    }
    let pairs = rest.iter().zip(rest.get(1..)?);
    Some(pairs.rev().fold(0, |bits, pair| bits << 1 | u32::from(pair == (&b' ', &b' '))))
}

/// The literal as it is in a folded text.
pub(super) fn folded_literal(literal: &[u8]) -> Vec<u8> {
    let mut copy = Folded::default();
    copy.set(literal);
    copy.bytes
}

#[inline(always)]
fn folded(byte: u8) -> u8 {
    // Without a branch: compares that are done by whole registers.
    let lower = byte | (u8::from(byte.wrapping_sub(b'A') < 26) << 5);
    let is_space = byte.wrapping_sub(b'\t') < 5;
    if is_space { b' ' } else { lower }
}
