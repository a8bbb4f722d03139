//! Items in which nothing can be found, told by one look at all their texts together.
//!
//! Most items hold only texts that are clean, under keys that are. They are not walked: what is
//! unusual about an item (a field that the protocol does not know, a key that is new or that
//! rules care for, values inside values) leaves it to the walk, and so does a text that may hold
//! something.

mod content;
mod room;
mod surveyed;

use spanloom_scan::place::Location;
use spanloom_scan::rules::Ruleset;
use spanloom_scan::text::Contexts;

use super::attributes::has_role;
use super::engine::Memory;
use super::numbers;
use super::places;
use super::repeats::{Scanned, place};
use super::report::ValueKind;
use super::step::{Stop, deeper, note_singular};
use crate::otlp::schema::{self, ANY_VALUE, KEY_VALUE, Kind, Message, Role as Part};
use crate::otlp::signal::Signal;
use crate::otlp::validate::DEPTH_MAX;
use crate::otlp::walk::{Slice, fields_while, next_field};
use crate::otlp::wire::{Field, Reader, WireType};
use content::{Content, content, key_and_value};
pub use room::Room;
use room::{Item, Key, Source};
pub use surveyed::{Known, Surveyed};

/// So many bytes of text are looked at together: they stay in the first or second cache.
const TEXT_BYTES: usize = 1 << 15;
/// So many items at most, whatever their texts: what is noted of an empty one is many times as
/// long as it.
const ITEMS: usize = 1 << 12;
/// An item with more is walked.
const TEXT_BYTES_MAX: usize = 1 << 20;
const TEXTS_MAX: usize = 1 << 15;

/// Looks at all items of a valid request. One that is not, or is too large, is left to the walk.
pub fn survey(
    rules: &Ruleset,
    signal: Signal,
    request: &[u8],
    memory: &mut Memory,
) -> Option<Surveyed> {
    u32::try_from(request.len()).ok()?;
    memory.seen.clear();
    let mut survey = Survey {
        rules,
        signal: places::signal(signal),
        request,
        room: std::mem::take(&mut memory.room),
        memory,
        scanned: Scanned::default(),
        surveyed: Surveyed::default(),
    };
    let (end, wire_type) = (request.len(), WireType::Len);
    let whole = Field { number: 0, wire_type, start: 0, payload: 0, end, value: 0 };
    let walked = survey.envelope(schema::request(signal), &whole, Location::Resource, DEPTH_MAX);
    survey.look();
    let Survey { room, mut surveyed, .. } = survey;
    memory.room = room;
    surveyed.sort();
    walked.is_ok().then_some(surveyed)
}

struct Survey<'a> {
    rules: &'a Ruleset,
    signal: spanloom_scan::place::Signal,
    request: &'a [u8],
    memory: &'a mut Memory,
    room: Room,
    /// Of the item at hand.
    scanned: Scanned,
    surveyed: Surveyed,
}

impl<'a> Survey<'a> {
    fn envelope(
        &mut self,
        message: &'static Message,
        field: &Field,
        outer: Location,
        depth: u32,
    ) -> Result<(), Stop> {
        let location = places::of_message(message, outer);
        fields_while(Reader::at(self.request, field.payload, field.end), |field| {
            let inner = message.field(field.number).and_then(schema::Field::message);
            if let (Some(inner), WireType::Len) = (inner, field.wire_type) {
                let depth = deeper(depth, field)?;
                match inner.role {
                    Part::Envelope => self.envelope(inner, field, location, depth)?,
                    Part::Item => self.item(inner, field, location, depth),
                    Part::Part => {}
                }
            }
            Ok(true)
        })
    }

    fn item(&mut self, message: &'static Message, field: &Field, outer: Location, depth: u32) {
        let n_before = self.room.texts.len();
        self.scanned = Scanned::default();
        if self.message(message, field, outer, depth).unwrap_or(false) {
            self.room.items.push(Item { start: field.start, n_before, scanned: self.scanned });
        } else {
            self.room.texts.truncate(n_before);
            self.room.sources.truncate(n_before);
        }
        if self.room.texts.n_bytes() >= TEXT_BYTES || self.room.items.len() >= ITEMS {
            self.look();
        }
    }

    /// Takes in the texts of a message. False if it has to be walked.
    fn message(
        &mut self,
        message: &'static Message,
        field: &Field,
        outer: Location,
        depth: u32,
    ) -> Result<bool, Stop> {
        let location = places::of_message(message, outer);
        let (mut seen, mut reader) = (0, Reader::at(self.request, field.payload, field.end));
        while let Some(field) = next_field(&mut reader)? {
            let Some(known) = message.field(field.number) else { return Ok(false) };
            note_singular(&mut seen, known)?;
            let is_usual = match (known.kind, field.wire_type) {
                (Kind::String, WireType::Len) => {
                    let (location, key) = places::of_field(message, known, location);
                    self.named_text(location, key, Slice::of(&field))
                }
                (Kind::Message(inner), WireType::Len) => {
                    let depth = deeper(depth, &field)?;
                    if std::ptr::eq(inner, &KEY_VALUE) {
                        let is_usual = self.attribute(location, &field)?;
                        self.pass_repeated(location, &field, &mut reader);
                        is_usual
                    } else if std::ptr::eq(inner, &ANY_VALUE) {
                        let (location, key) = places::of_field(message, known, location);
                        self.lone_value(location, key, &field)?
                    } else {
                        self.message(inner, &field, location, depth)?
                    }
                }
                (Kind::Id(len) | Kind::RequiredId(len), WireType::Len) => {
                    field.end - field.payload == len
                }
                _ => true,
            };
            if !is_usual {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Passes the attributes behind one that followed it before, too.
    fn pass_repeated(&mut self, location: Location, attribute: &Field, reader: &mut Reader<'_>) {
        let place = place(self.signal, location);
        let Some(&tag) = self.request.get(attribute.start) else { return };
        while let Some((len, scanned)) = self.memory.repeats.next(place, tag, reader.rest()) {
            self.scanned.add(scanned);
            reader.pass(len);
        }
    }

    fn named_text(&mut self, location: Location, key: &'static str, text: Slice) -> bool {
        /// Not to be mistaken for an attribute.
        const FIELD: u8 = 1 << 7;
        let place = place(self.signal, location) | FIELD;
        if self.is_repeated(place, text.bytes(self.request)) {
            return true;
        }
        self.text(0, location, Key::Field(key), text, (place, text))
    }

    fn lone_value(
        &mut self,
        location: Location,
        key: &'static str,
        field: &Field,
    ) -> Result<bool, Stop> {
        match content(self.request, Slice::of(field))? {
            Content::Text(string) => Ok(self.named_text(location, key, string)),
            Content::Number(_) => Ok(!self.rules.wants_numbers(0)),
            Content::Nothing => Ok(true),
            Content::More => Ok(false),
        }
    }

    fn attribute(&mut self, location: Location, pair: &Field) -> Result<bool, Stop> {
        let (place, pair) = (place(self.signal, location), Slice::of(pair));
        if self.is_repeated(place, pair.bytes(self.request)) {
            return Ok(true);
        }
        let Some([key, value]) = key_and_value(self.request, pair)? else { return Ok(false) };
        let name = key.bytes(self.request);
        let Some(known) = self.memory.keys.get(place, name) else { return Ok(false) };
        if !known.is_usual() || has_role(name) {
            return Ok(false);
        }
        let (contexts, key, repeat) = (known.contexts, Key::Attribute(key), (place, pair));
        match content(self.request, value)? {
            Content::Text(text) => Ok(self.text(contexts, location, key, text, repeat)),
            Content::Number(case) if self.rules.wants_numbers(contexts) => {
                let number = numbers::text(&case);
                let scanned = Scanned::one(ValueKind::Number, number.len());
                let text = Slice { len: 0, ..Slice::of(&case) };
                let source = Source { text, scanned, location, key, repeat };
                Ok(self.take_in(number.as_bytes(), contexts, source))
            }
            Content::Number(_) | Content::Nothing => {
                let pair = pair.bytes(self.request);
                self.memory.repeats.insert(place, pair, Scanned::default());
                Ok(true)
            }
            Content::More => Ok(false),
        }
    }

    fn is_repeated(&mut self, place: u8, bytes: &[u8]) -> bool {
        let scanned = self.memory.repeats.get(place, bytes);
        scanned.inspect(|&scanned| self.scanned.add(scanned)).is_some()
    }

    fn text(
        &mut self,
        contexts: Contexts,
        location: Location,
        key: Key,
        text: Slice,
        repeat: (u8, Slice),
    ) -> bool {
        let bytes = text.bytes(self.request);
        let scanned = Scanned::one(ValueKind::of_text(bytes), bytes.len());
        self.take_in(bytes, contexts, Source { text, scanned, location, key, repeat })
    }

    fn take_in(&mut self, text: &[u8], contexts: Contexts, source: Source) -> bool {
        if text.is_empty() {
            return true;
        }
        let texts = &self.room.texts;
        if texts.n_bytes() + text.len() > TEXT_BYTES_MAX || texts.len() >= TEXTS_MAX {
            return false;
        }
        self.scanned.add(source.scanned);
        self.room.sources.push(source);
        self.rules.take_in(text, contexts, &mut self.room.texts, &mut self.memory.scratch)
    }
}

#[cfg(test)]
mod tests;
