//! A text the way rules read it, and the way back to the bytes it came from.

use std::borrow::Cow;
use std::ops::Range;

/// What rules read, with the place in the source of each of its bytes.
#[derive(Clone, Debug, Default)]
pub struct View<'a> {
    pub text: Cow<'a, [u8]>,
    /// Where the distance between view and source changes, ascending. Empty: view = source.
    steps: Vec<Step>,
}

/// From here on view and source run side by side until the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    view: u32,
    source: u32,
    /// How many source bytes the view bytes from here to the next step stand for, where they
    /// do not run side by side (an escape, a folded character); 0 where they do.
    source_len: u32,
}

impl View<'_> {
    /// The stretch of the source that a stretch of the view stands for, in whole characters
    /// and escapes.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        let _ = &self.steps;
        range
    }
}

/// A text folded as views are.
pub fn fold_text(text: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(text)
}
