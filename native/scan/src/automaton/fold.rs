//! A copy of a text in which all cases and all white space are one.

use wide::u8x16;

use crate::blocks::{is, is_among, ones};

/// So many bytes are looked at at once.
const BLOCK_LEN: usize = 16;

/// A text with lower-case ASCII letters and each run of white space as one space. Its memory is
/// used again for the next text.
#[derive(Default)]
pub(super) struct Folded {
    /// The copy, and whatever stands behind it.
    bytes: Vec<u8>,
    len: usize,
    /// One for each byte dropped, ascending: how many bytes were kept before it.
    gaps: Vec<u32>,
}

impl Folded {
    pub(super) fn set(&mut self, text: &[u8]) {
        if self.bytes.len() < text.len() {
            self.bytes.resize(text.len(), 0);
        }
        self.gaps.clear();
        let (blocks, rest) = text.as_chunks::<BLOCK_LEN>();
        let to = self.bytes.get_mut(..text.len()).unwrap_or_default();
        let (to_blocks, to_rest) = to.as_chunks_mut::<BLOCK_LEN>();
        let mut was_space = 0;
        for (index, (&from, to)) in blocks.iter().zip(to_blocks).enumerate() {
            let block = folded(u8x16::new(from));
            *to = block.to_array();
            let spaces = is(block, b' ').to_bitmask();
            let repeated = spaces & (spaces << 1 | was_space);
            was_space = spaces >> (BLOCK_LEN - 1);
            if repeated != 0 {
                let start = (index * BLOCK_LEN) as u32;
                self.gaps.extend(ones(repeated.into()).map(|at| start + at as u32));
            }
        }
        let start = blocks.len() * BLOCK_LEN;
        for (index, (&from, to)) in rest.iter().zip(to_rest).enumerate() {
            *to = folded(u8x16::splat(from)).to_array()[0];
            let is_space = u32::from(*to == b' ');
            if is_space & was_space != 0 {
                self.gaps.push((start + index) as u32);
            }
            was_space = is_space;
        }
        self.collapse(text.len());
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
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

    /// Drops the bytes at `gaps`, which are positions before and what they are to be after it.
    fn collapse(&mut self, len: usize) {
        let (mut n_kept, mut from) = (0, 0);
        for gap in &mut self.gaps {
            let at = *gap as usize;
            // What is written lies before what is still to be read.
            if from < at && n_kept < from {
                self.bytes.copy_within(from..at, n_kept);
            }
            n_kept += at - from;
            from = at + 1;
            *gap = n_kept as u32;
        }
        if from > 0 {
            self.bytes.copy_within(from..len, n_kept);
        }
        self.len = n_kept + len - from;
    }
}

/// The literal as it is in a folded text.
pub(super) fn folded_literal(literal: &[u8]) -> Vec<u8> {
    let mut copy = Folded::default();
    copy.set(literal);
    copy.bytes().to_vec()
}

#[inline(always)]
fn folded(bytes: u8x16) -> u8x16 {
    let (space, is_space) = (u8x16::splat(b' '), is_among(bytes, b'\t', b'\r'));
    let lower = bytes | (is_among(bytes, b'A', b'Z') & space);
    (lower & !is_space) | (space & is_space)
}
