//! A copy of a text in which all cases and all white space are one.

use wide::u8x16;

use crate::blocks::{is, is_among, padded};

/// So many bytes are looked at at once.
const BLOCK_LEN: usize = 16;

/// A text with lower-case ASCII letters and each run of white space as one space. Its memory is
/// used again for the next text.
#[derive(Default)]
pub(super) struct Folded {
    /// The copy, and whatever stands behind it.
    bytes: Vec<u8>,
    len: usize,
    /// Where white space was dropped, ascending.
    gaps: Vec<Gap>,
}

#[derive(Clone, Copy)]
struct Gap {
    /// Bytes of the copy before it.
    at: u32,
    /// Bytes dropped here and before.
    n_dropped: u32,
}

impl Folded {
    pub(super) fn set(&mut self, text: &[u8]) {
        // Blocks are written as a whole.
        if self.bytes.len() < text.len() + BLOCK_LEN {
            self.bytes.resize(text.len() + BLOCK_LEN, 0);
        }
        self.gaps.clear();
        let (mut at, mut n_kept, mut was_space) = (0, 0, 0);
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            let block = rest.first_chunk().copied().unwrap_or_else(|| padded(rest));
            let block = folded(u8x16::new(block));
            let to = self.bytes.get_mut(n_kept..).and_then(<[u8]>::first_chunk_mut);
            to.into_iter().for_each(|to| *to = block.to_array());
            let spaces = is(block, b' ').to_bitmask();
            let repeated = spaces & (spaces << 1 | was_space);
            if repeated == 0 {
                at += BLOCK_LEN;
                n_kept += BLOCK_LEN;
                was_space = spaces >> (BLOCK_LEN - 1);
                continue;
            }
            let n_before = repeated.trailing_zeros();
            let n_dropped = (spaces >> n_before).trailing_ones();
            n_kept += n_before as usize;
            at += (n_before + n_dropped) as usize;
            self.gaps.push(Gap { at: n_kept as u32, n_dropped: (at - n_kept) as u32 });
            // If the run goes on, it does with the next byte.
            was_space = 1;
        }
        self.len = n_kept - (at - text.len());
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Where in the text the ends, ascending ones, in the copy are.
    pub(super) fn unfold<'a>(&self, ends: impl Iterator<Item = &'a mut u32>) {
        let (mut gaps, mut n_dropped) = (self.gaps.iter().peekable(), 0);
        for end in ends {
            while let Some(gap) = gaps.next_if(|gap| gap.at < *end) {
                n_dropped = gap.n_dropped;
            }
            *end += n_dropped;
        }
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
