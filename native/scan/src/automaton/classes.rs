//! Which bytes the literals tell apart.

/// What most of a text consists of: side by side in a row, these share its first cache lines.
const FREQUENT: &[u8] = b"etaoinsrhldcumpgfybwvk.,-0123456789jxqz";

/// Bytes that occur in no literal.
const OTHER: u8 = 0;
/// All white space.
pub(super) const SPACE: u8 = 1;

/// Space, tab, line feed, vertical tab, form feed, carriage return.
#[inline(always)]
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Whether the byte at `at` and the one before are white space.
pub(super) fn is_space_twice(text: &[u8], at: usize) -> bool {
    let is_space_at = |at: usize| text.get(at).is_some_and(|&byte| is_space(byte));
    is_space_at(at) && at.checked_sub(1).is_some_and(is_space_at)
}

/// Bytes of `text` with each run of white space counted as one.
pub(super) fn n_folded(text: &[u8]) -> u32 {
    let n_repeated = (1..text.len()).filter(|&at| is_space_twice(text, at)).count();
    (text.len() - n_repeated) as u32
}

/// A class per byte: letters of both cases share one, so does all white space and whatever
/// occurs in no literal.
#[derive(Debug)]
pub(super) struct Classes {
    of: [u8; 256],
    n_classes: usize,
}

impl Default for Classes {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Classes {
    pub(super) fn new(literals: &[&[u8]]) -> Self {
        let mut seen = [false; 256];
        for byte in literals.iter().copied().flatten() {
            if let Some(seen) = seen.get_mut(usize::from(byte.to_ascii_lowercase())) {
                *seen = true;
            }
        }
        let (mut of, mut n_classes) = ([OTHER; 256], 2);
        for byte in FREQUENT.iter().copied().chain(0..=u8::MAX) {
            let Some(class) = of.get_mut(usize::from(byte)).filter(|class| **class == OTHER) else {
                continue;
            };
            if is_space(byte) {
                *class = SPACE;
            } else if seen.get(usize::from(byte)) == Some(&true) {
                *class = n_classes;
                n_classes += 1;
            }
        }
        for (byte, lower) in (b'A'..=b'Z').zip(b'a'..=b'z') {
            let class = of.get(usize::from(lower)).copied().unwrap_or(OTHER);
            if let Some(upper) = of.get_mut(usize::from(byte)) {
                *upper = class;
            }
        }
        Self { of, n_classes: usize::from(n_classes) }
    }

    pub(super) fn n_classes(&self) -> usize {
        self.n_classes
    }

    #[inline(always)]
    pub(super) fn of(&self, byte: u8) -> u8 {
        self.of.get(usize::from(byte)).copied().unwrap_or(OTHER)
    }

    /// The literal as classes, each run of white space as one.
    pub(super) fn fold(&self, literal: &[u8]) -> Vec<u8> {
        let mut folded: Vec<u8> = literal.iter().map(|&byte| self.of(byte)).collect();
        folded.dedup_by(|next, last| *next == SPACE && *last == SPACE);
        folded
    }
}
