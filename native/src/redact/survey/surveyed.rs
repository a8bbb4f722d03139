//! What a survey shows, for the walk that comes after it.

use super::super::repeats::Scanned;
use crate::otlp::wire::Field;

/// What is known of a text before it is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Nothing,
    Clear,
    /// It may not be clean; its place in `Memory::seen`.
    Suspect(u32),
}

/// What the survey of a request shows. Items and texts are asked for in their order.
#[derive(Debug, Default)]
pub struct Surveyed {
    /// Where the items start in which nothing can be found.
    clear: Marks,
    /// Where the items start of which all texts were looked at, and some may not be clean.
    suspect: Marks,
    /// Where these texts start, and their places in `Memory::seen`.
    texts: Marks<u32>,
    /// Where the item ends that was asked for last, if it is a suspect one.
    suspect_until: usize,
    /// What was scanned of the clear items.
    pub scanned: Scanned,
}

/// Positions in a request below 4 GiB, ascending, which are gone through once.
#[derive(Debug, Default)]
struct Marks<T = ()> {
    positions: Vec<(u32, T)>,
    n_passed: usize,
}

impl<T: Copy> Marks<T> {
    fn get(&mut self, position: usize) -> Option<T> {
        let position = position as u32;
        let later = self.positions.get(self.n_passed..).unwrap_or_default();
        self.n_passed += later.iter().take_while(|(mark, _)| *mark < position).count();
        let (mark, of_it) = self.positions.get(self.n_passed)?;
        (*mark == position).then_some(*of_it)
    }
}

impl Surveyed {
    /// Notes an item of which all texts were looked at, with those that may not be clean.
    pub(super) fn note(&mut self, start: usize, scanned: Scanned, suspects: &[(u32, u32)]) {
        if suspects.is_empty() {
            self.clear.positions.push((start as u32, ()));
            self.scanned.add(scanned);
        } else {
            self.suspect.positions.push((start as u32, ()));
            self.texts.positions.extend_from_slice(suspects);
        }
    }

    pub(super) fn sort(&mut self) {
        self.clear.positions.sort_unstable();
        self.suspect.positions.sort_unstable();
        self.texts.positions.sort_unstable();
    }

    /// Whether nothing can be found in an item.
    pub fn is_clear(&mut self, item: &Field) -> bool {
        self.suspect_until = if self.suspect.get(item.start).is_some() { item.end } else { 0 };
        self.clear.get(item.start).is_some()
    }

    /// What is known of a text, if it stands in the item asked for last.
    pub fn known(&mut self, text: &Field) -> Known {
        match text.payload < self.suspect_until {
            false => Known::Nothing,
            true => self.texts.get(text.payload).map_or(Known::Clear, Known::Suspect),
        }
    }
}
