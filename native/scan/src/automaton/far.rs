//! Long literals in a folded text: from window to window, and the machine around each.

use super::Hit;
use super::fold::Folded;
use super::machine::Machine;
use super::search::Lane;
use super::windows::{WINDOW_LEN, Windows};

/// Appends every occurrence of a far literal, by ascending end.
pub(super) fn find(
    machine: &Machine,
    windows: &Windows,
    folded: &Folded,
    hits: &mut Vec<Hit>,
    starts: &mut Vec<u32>,
) {
    let text = folded.bytes();
    let n_before = hits.len();
    let lane = Lane { end: text.len(), ..Lane::default() };
    let mut visit = Visit { machine, text, n_back: windows.n_back, lane };
    windows.find(text, starts);
    for at in starts.iter().map(|&at| at as usize) {
        visit.around(at + WINDOW_LEN, hits);
    }
    folded.unfold(hits.iter_mut().skip(n_before).map(|hit| &mut hit.end));
}

/// The machine of the far literals on its way from window to window.
struct Visit<'a> {
    machine: &'a Machine,
    text: &'a [u8],
    n_back: usize,
    lane: Lane,
}

impl Visit<'_> {
    /// Runs over every literal that holds the window that ends at `end`, anew from where the
    /// first may start unless the lane has come that far.
    fn around(&mut self, end: usize, hits: &mut Vec<Hit>) {
        let start = end.saturating_sub(self.n_back);
        if start > self.lane.at {
            self.lane = Lane { at: start, state: 0, ..self.lane };
        }
        while self.lane.at < end {
            self.machine.step(self.text, &mut self.lane, hits);
        }
        // A literal goes on only as long as the state holds the window and all that follows.
        while self.lane.at < self.text.len() {
            let n_needed = WINDOW_LEN + self.lane.at - end;
            if (self.machine.depth(self.lane.state) as usize) < n_needed {
                break;
            }
            self.machine.step(self.text, &mut self.lane, hits);
        }
    }
}
