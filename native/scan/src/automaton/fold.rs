//! A copy of a text in which all cases and all white space are one.

use super::classes::is_space;

/// Bytes that are looked at together.
const WORD_LEN: usize = 8;

/// A text with lower-case ASCII letters and each run of white space as one space. Its memory is
/// used again for the next text.
#[derive(Default)]
pub(super) struct Folded {
    bytes: Vec<u8>,
    /// What `bytes` is made from.
    copy: Vec<u8>,
    /// One for each byte dropped, ascending: how many bytes were kept before it.
    gaps: Vec<u32>,
}

impl Folded {
    pub(super) fn set(&mut self, text: &[u8]) {
        self.bytes.clear();
        self.gaps.clear();
        self.bytes.extend(text.iter().map(|&byte| folded(byte)));
        let nexts = self.bytes.get(1..).unwrap_or_default();
        // Without a way out in between, this is done by whole registers.
        let any = self.bytes.iter().zip(nexts).fold(0, |any, (&a, &b)| any | is_repeated(a, b));
        if any != 0 {
            self.collapse();
        }
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
        self.copy.clear();
        self.copy.resize(self.bytes.len() + WORD_LEN, 0);
        let (mut n_kept, mut last) = (0, 0);
        let (words, rest) = self.bytes.as_chunks::<WORD_LEN>();
        let mut padded = [0; WORD_LEN];
        padded.iter_mut().zip(rest).for_each(|(to, &byte)| *to = byte);
        for word in words.iter().chain([&padded]) {
            let mut word = u64::from_le_bytes(*word);
            let mut dropped = spaces(word) & (spaces(word) << 8 | last);
            last = spaces(word) >> 56;
            let n_before = self.gaps.len();
            while dropped != 0 {
                let below = (1 << (dropped.trailing_zeros() & !7)) - 1;
                self.gaps.push((n_kept + dropped.trailing_zeros() as usize / 8) as u32);
                word = word & below | word >> 8 & !below;
                dropped = (dropped & (dropped - 1)) >> 8;
            }
            if let Some(to) = self.copy.get_mut(n_kept..n_kept + WORD_LEN) {
                to.copy_from_slice(&word.to_le_bytes());
            }
            n_kept += WORD_LEN + n_before - self.gaps.len();
        }
        self.copy.truncate(n_kept + rest.len() - WORD_LEN);
        std::mem::swap(&mut self.bytes, &mut self.copy);
    }
}

/// The literal as it is in a folded text.
pub(super) fn folded_literal(literal: &[u8]) -> Vec<u8> {
    let mut copy = Folded::default();
    copy.set(literal);
    copy.bytes
}

#[inline(always)]
fn folded(byte: u8) -> u8 {
    if is_space(byte) { b' ' } else { byte.to_ascii_lowercase() }
}

/// 1 where both bytes of a folded text are white space.
#[inline(always)]
fn is_repeated(byte: u8, next: u8) -> u8 {
    u8::from(byte == b' ') & u8::from(next == b' ')
}

/// The highest bit of each byte that is a space.
#[inline(always)]
fn spaces(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let others = word ^ 0x2020_2020_2020_2020;
    !(((others & LOW) + LOW) | others | LOW)
}
