//! What a survey shows, for the walk that comes after it.

use super::super::repeats::Scanned;
use crate::otlp::wire::Field;

/// What is known of a text before it is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Nothing,
    Clear,
    /// It may not be clean.
    Suspect,
}

/// What the survey of a request shows. Items and texts are asked for in their order.
#[derive(Debug, Default)]
pub struct Surveyed {
    /// Where the items start in which nothing can be found.
    clear: Marks,
    /// Where the items start of which all texts were looked at, and some may not be clean.
    suspect: Marks,
    /// Where these texts start.
    texts: Marks,
    /// Where the item ends that was asked for last, if it is a suspect one.
    suspect_until: usize,
    /// What was scanned of the clear items.
    pub scanned: Scanned,
}

/// Positions in a request below 4 GiB, ascending, which are gone through once.
#[derive(Debug, Default)]
struct Marks {
    positions: Vec<u32>,
    n_passed: usize,
}

impl Marks {
    fn has(&mut self, position: usize) -> bool {
        let position = position as u32;
        let later = self.positions.get(self.n_passed..).unwrap_or_default();
        self.n_passed += later.iter().take_while(|&&mark| mark < position).count();
        self.positions.get(self.n_passed) == Some(&position)
    }
}

impl Surveyed {
    /// Notes an item of which all texts were looked at, with those that may not be clean.
    pub(super) fn note(&mut self, start: usize, scanned: Scanned, suspects: &[u32]) {
        if suspects.is_empty() {
            self.clear.positions.push(start as u32);
            self.scanned.add(scanned);
        } else {
            self.suspect.positions.push(start as u32);
            self.texts.positions.extend_from_slice(suspects);
        }
    }

    pub(super) fn sort(&mut self) {
        for marks in [&mut self.clear, &mut self.suspect, &mut self.texts] {
            marks.positions.sort_unstable();
        }
    }

    /// Whether nothing can be found in an item.
    pub fn is_clear(&mut self, item: &Field) -> bool {
        self.suspect_until = if self.suspect.has(item.start) { item.end } else { 0 };
        self.clear.has(item.start)
    }

    /// What is known of a text, if it stands in the item asked for last.
    pub fn known(&mut self, text: &Field) -> Known {
        match text.payload < self.suspect_until {
            false => Known::Nothing,
            true if self.texts.has(text.payload) => Known::Suspect,
            true => Known::Clear,
        }
    }
}
