//! Long literals in a text: from window to window, and the machine around each.

use super::Hit;
use super::classes::{Classes, SPACE, is_space_twice};
use super::machine::Runner;
use super::search::Lane;
use super::windows::{WINDOW_LEN, Windows, may_hold};

/// Appends every occurrence of a far literal, by ascending end.
pub(super) fn find(runner: Runner<'_>, windows: &Windows, text: &[u8], hits: &mut Vec<Hit>) {
    let lane = Lane { end: text.len(), ..Lane::default() };
    let mut visit = Visit { runner, text, n_back: windows.n_back, lane, n_folded: 0 };
    let mut cursor = Cursor::default();
    while cursor.next(text, runner.classes, &windows.bits) {
        if windows.holds(text, runner.classes, cursor) {
            visit.around(cursor.end, cursor.end - cursor.n_skipped, hits);
        }
    }
}

/// The window that ends at `end`.
#[derive(Clone, Copy, Default)]
pub(super) struct Cursor {
    pub(super) end: usize,
    pub(super) key: u64,
    /// Bytes so far that were white space after white space.
    n_skipped: usize,
}

impl Cursor {
    /// Goes on to the next window that the bit map lets pass; false when there is none. A loop
    /// of its own, whose few variables stay in registers.
    #[inline(never)]
    fn next(&mut self, text: &[u8], classes: &Classes, bits: &[u64]) -> bool {
        let Self { end, mut key, mut n_skipped } = *self;
        for (at, &byte) in (end..).zip(text.get(end..).unwrap_or_default()) {
            let class = classes.of(byte);
            // One test: whether a byte is white space is hard to guess for a branch predictor.
            if (class ^ SPACE) | (key as u8 ^ SPACE) == 0 {
                n_skipped += 1;
                continue;
            }
            key = key << 8 | u64::from(class);
            if may_hold(bits, key) {
                *self = Self { end: at + 1, key, n_skipped };
                return true;
            }
        }
        false
    }
}

/// The machine of the far literals on its way from window to window.
struct Visit<'a> {
    runner: Runner<'a>,
    text: &'a [u8],
    n_back: usize,
    lane: Lane,
    /// Bytes of the text before the lane, each run of white space counted as one.
    n_folded: usize,
}

impl Visit<'_> {
    /// Runs over every literal that holds the window that ends at `end`; before `end` are
    /// `end_folded` bytes with each run of white space counted as one.
    fn around(&mut self, end: usize, end_folded: usize, hits: &mut Vec<Hit>) {
        self.move_before(end, end_folded);
        while self.lane.at < end {
            self.step(hits);
        }
        // A literal goes on only as long as the state holds the window and all that follows.
        while self.lane.at < self.text.len() {
            let n_needed = WINDOW_LEN + self.n_folded - end_folded;
            if (self.runner.depth(self.lane.state) as usize) < n_needed {
                break;
            }
            self.step(hits);
        }
    }

    /// Starts anew `n_back` folded bytes before `end`, unless the lane has come that far.
    fn move_before(&mut self, end: usize, end_folded: usize) {
        let (mut at, mut n_counted) = (end, 0);
        while at > self.lane.at && n_counted < self.n_back {
            at -= 1;
            n_counted += 1;
            while at > self.lane.at && is_space_twice(self.text, at) {
                at -= 1;
            }
        }
        if at > self.lane.at {
            self.lane = Lane { at, state: 0, ..self.lane };
            self.n_folded = end_folded - n_counted;
        }
    }

    fn step(&mut self, hits: &mut Vec<Hit>) {
        self.n_folded += usize::from(!is_space_twice(self.text, self.lane.at));
        self.runner.step(self.text, &mut self.lane, hits);
    }
}
