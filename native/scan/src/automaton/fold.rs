//! A copy of a text in which all cases and all white space are one.

/// So many bytes are looked at without a branch, by whole registers.
const BLOCK_LEN: usize = 16;

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
        self.copy.extend(self.bytes.first());
        let bytes = self.bytes.get(1..).unwrap_or_default();
        let blocks = bytes.as_chunks::<BLOCK_LEN>().0;
        let lasts = self.bytes.as_chunks::<BLOCK_LEN>().0;
        let mut n_done = 0;
        for (index, (block, lasts)) in blocks.iter().zip(lasts).enumerate() {
            let pairs = lasts.iter().zip(block);
            if pairs.fold(0, |any, (&last, &byte)| any | is_repeated(last, byte)) != 0 {
                let at = index * BLOCK_LEN;
                self.copy.extend_from_slice(bytes.get(n_done..at).unwrap_or_default());
                keep(lasts, block, &mut self.copy, &mut self.gaps);
                n_done = at + BLOCK_LEN;
            }
        }
        let at = blocks.len() * BLOCK_LEN;
        self.copy.extend_from_slice(bytes.get(n_done..at).unwrap_or_default());
        let (lasts, rest) = (self.bytes.get(at..), bytes.get(at..));
        if let (Some(lasts), Some(rest)) = (lasts, rest) {
            keep(lasts, rest, &mut self.copy, &mut self.gaps);
        }
        std::mem::swap(&mut self.bytes, &mut self.copy);
    }
}

/// Appends what is no white space after white space; `lasts` are the bytes before each.
fn keep(lasts: &[u8], bytes: &[u8], copy: &mut Vec<u8>, gaps: &mut Vec<u32>) {
    for (&last, &byte) in lasts.iter().zip(bytes) {
        match is_repeated(last, byte) {
            0 => copy.push(byte),
            _ => gaps.push(copy.len() as u32),
        }
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
    // Without a branch: compares that are done by whole registers.
    let lower = byte | (u8::from(byte.wrapping_sub(b'A') < 26) << 5);
    let is_space = byte.wrapping_sub(b'\t') < 5;
    if is_space { b' ' } else { lower }
}

/// 1 where both bytes of a folded text are white space.
#[inline(always)]
fn is_repeated(byte: u8, next: u8) -> u8 {
    u8::from(byte == b' ') & u8::from(next == b' ')
}
