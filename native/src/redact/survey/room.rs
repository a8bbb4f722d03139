//! The texts of some items, and the look at all of them.

use spanloom_scan::place::{Location, Place, Role};
use spanloom_scan::value::Survey as Texts;

use super::super::engine::Memory;
use super::super::repeats::Scanned;
use super::Survey;
use crate::otlp::walk::Slice;

/// Used again from request to request.
#[derive(Debug, Default)]
pub struct Room {
    pub(super) texts: Texts,
    pub(super) sources: Vec<Source>,
    pub(super) items: Vec<Item>,
    /// Where the suspect texts of an item start, and their places in `Memory::seen`.
    suspects: Vec<(u32, u32)>,
}

/// Where a text in the survey comes from.
#[derive(Debug)]
pub(super) struct Source {
    /// Empty for a number, which stands there otherwise than it is read.
    pub text: Slice,
    pub scanned: Scanned,
    pub location: Location,
    pub key: Key,
    /// What stands there again if the text does, and its place in `Repeats`.
    pub repeat: (u8, Slice),
}

#[derive(Debug)]
pub(super) enum Key {
    Field(&'static str),
    Attribute(Slice),
}

#[derive(Debug)]
pub(super) struct Item {
    pub start: usize,
    /// How many texts come before its own.
    pub n_before: usize,
    pub scanned: Scanned,
}

impl Survey<'_> {
    /// Looks at all that was taken in.
    pub(super) fn look(&mut self) {
        let Room { mut texts, mut sources, mut items, mut suspects } =
            std::mem::take(&mut self.room);
        self.rules.look_at(&mut texts, &mut self.memory.scratch);
        for item in items.drain(..).rev() {
            suspects.clear();
            for (index, source) in sources.drain(item.n_before..).enumerate() {
                if !self.is_clear((&texts, item.n_before + index), &source) {
                    let seen = &mut self.memory.seen;
                    suspects.push((source.text.offset, seen.len() as u32));
                    seen.add(self.rules, &texts, item.n_before + index);
                }
            }
            self.surveyed.note(item.start, item.scanned, &suspects);
        }
        texts.clear();
        self.room = Room { texts, sources, items, suspects };
    }

    fn is_clear(&mut self, (texts, index): (&Texts, usize), source: &Source) -> bool {
        let (text, (repeat_place, repeat)) = (source.text.bytes(self.request), source.repeat);
        let key = match source.key {
            Key::Field(name) => name.as_bytes(),
            Key::Attribute(name) => name.bytes(self.request),
        };
        let (signal, location) = (self.signal, source.location);
        let place = Place { signal, location, key, role: Role::None };
        let Memory { scratch, repeats, .. } = &mut *self.memory;
        let is_clear = self.rules.is_clear((texts, index), text, &place, scratch);
        if is_clear {
            repeats.insert(repeat_place, repeat.bytes(self.request), source.scanned);
        }
        is_clear
    }
}
