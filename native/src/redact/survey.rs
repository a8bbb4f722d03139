//! Items in which nothing can be found, told by one look at all their texts together.
//!
//! Most items hold only texts that are clean, under keys that are. They are not walked: what is
//! unusual about an item (a field that the protocol does not know, a key that is new or that
//! rules care for, values inside values) leaves it to the walk, and so does a text that may hold
//! something.

use std::ops::Range;

use spanloom_scan::place::{Location, Place, Role};
use spanloom_scan::rules::Ruleset;
use spanloom_scan::text::Contexts;
use spanloom_scan::value::Survey as Texts;

use super::attributes::has_role;
use super::engine::Memory;
use super::pairs::{self, BOOL_VALUE, DOUBLE_VALUE, INT_VALUE, KEY, STRING_VALUE, VALUE};
use super::places;
use super::repeats::{Scanned, place};
use super::report::ValueKind;
use super::step::{Stop, deeper, note_singular};
use crate::otlp::schema::{self, ANY_VALUE, KEY_VALUE, Kind, Message, Role as Part};
use crate::otlp::signal::Signal;
use crate::otlp::validate::DEPTH_MAX;
use crate::otlp::walk::fields_while;
use crate::otlp::wire::{Field, Reader, WireType};

/// So many bytes of text are looked at together: they stay in the first or second cache.
const TEXT_BYTES: usize = 1 << 15;
/// So many items at most, whatever their texts: what is noted of an empty one is many times as
/// long as it.
const ITEMS: usize = 1 << 12;
/// An item with more is walked.
const TEXT_BYTES_MAX: usize = 1 << 20;
const TEXTS_MAX: usize = 1 << 15;

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
    /// Where the items start that have to be walked, ascending.
    items: Marks,
    /// Where their suspect texts start, ascending.
    texts: Marks,
    /// Where the items start of which no text was looked at, ascending.
    unseen: Marks,
    /// Where the item ends that was asked for last, if its texts were looked at.
    seen_until: usize,
    /// What was scanned of all other items.
    pub scanned: Scanned,
}

/// Positions in a request, ascending, which are gone through once.
#[derive(Debug, Default)]
struct Marks {
    positions: Vec<usize>,
    n_passed: usize,
}

impl Marks {
    fn has(&mut self, position: usize) -> bool {
        let later = self.positions.get(self.n_passed..).unwrap_or_default();
        self.n_passed += later.iter().take_while(|&&mark| mark < position).count();
        self.positions.get(self.n_passed) == Some(&position)
    }
}

impl Surveyed {
    /// Whether nothing can be found in an item.
    pub fn is_clear(&mut self, item: &Field) -> bool {
        self.seen_until = if self.unseen.has(item.start) { 0 } else { item.end };
        !self.items.has(item.start)
    }

    /// What is known of a text, if it stands in the item asked for last.
    pub fn known(&mut self, text: &Field) -> Known {
        match text.payload < self.seen_until {
            false => Known::Nothing,
            true if self.texts.has(text.payload) => Known::Suspect,
            true => Known::Clear,
        }
    }
}

/// Used again from request to request.
#[derive(Debug, Default)]
pub struct Room {
    texts: Texts,
    sources: Vec<Source>,
    items: Vec<Item>,
}

/// Where a text in the survey comes from.
#[derive(Debug)]
struct Source {
    text: Range<usize>,
    location: Location,
    key: Key,
    /// What stands there again if the text does, and its place in `Repeats`.
    repeat: (u8, Range<usize>),
}

#[derive(Debug)]
enum Key {
    Field(&'static str),
    Attribute(Range<usize>),
}

#[derive(Debug)]
struct Item {
    start: usize,
    /// How many texts come before its own.
    n_before: usize,
    scanned: Scanned,
}

/// Looks at all items of a valid request. What is not valid is left to the walk.
pub fn survey(
    rules: &Ruleset,
    signal: Signal,
    request: &[u8],
    memory: &mut Memory,
) -> Option<Surveyed> {
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
    surveyed.items.positions.sort_unstable();
    surveyed.texts.positions.sort_unstable();
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
            self.surveyed.items.positions.push(field.start);
            self.surveyed.unseen.positions.push(field.start);
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
        let (mut seen, mut is_usual) = (0, true);
        fields_while(Reader::at(self.request, field.payload, field.end), |field| {
            let Some(known) = message.field(field.number) else {
                is_usual = false;
                return Ok(false);
            };
            note_singular(&mut seen, known)?;
            is_usual = match (known.kind, field.wire_type) {
                (Kind::String, WireType::Len) => {
                    let (location, key) = places::of_field(message, known, location);
                    self.named_text(location, key, field)
                }
                (Kind::Message(inner), WireType::Len) => {
                    let depth = deeper(depth, field)?;
                    if std::ptr::eq(inner, &KEY_VALUE) {
                        self.attribute(location, field)?
                    } else if std::ptr::eq(inner, &ANY_VALUE) {
                        let (location, key) = places::of_field(message, known, location);
                        self.lone_value(location, key, field)?
                    } else {
                        self.message(inner, field, location, depth)?
                    }
                }
                (Kind::Id(len) | Kind::RequiredId(len), WireType::Len) => {
                    field.end - field.payload == len
                }
                _ => true,
            };
            Ok::<_, Stop>(is_usual)
        })?;
        Ok(is_usual)
    }

    fn named_text(&mut self, location: Location, key: &'static str, field: &Field) -> bool {
        /// Not to be mistaken for an attribute.
        const FIELD: u8 = 1 << 7;
        let place = place(self.signal, location) | FIELD;
        let (text, bytes) = (field.payload..field.end, pairs::payload(self.request, field));
        if self.is_repeated(place, bytes) {
            return true;
        }
        let repeat = (place, text.clone());
        self.text(0, Source { text, location, key: Key::Field(key), repeat })
    }

    fn lone_value(
        &mut self,
        location: Location,
        key: &'static str,
        field: &Field,
    ) -> Result<bool, Stop> {
        match content(self.request, field)? {
            Content::Text(string) => Ok(self.named_text(location, key, &string)),
            Content::Number => Ok(!self.rules.wants_numbers(0)),
            Content::Nothing => Ok(true),
            Content::More => Ok(false),
        }
    }

    fn attribute(&mut self, location: Location, pair: &Field) -> Result<bool, Stop> {
        let bytes = pairs::payload(self.request, pair);
        let place = place(self.signal, location);
        if self.is_repeated(place, bytes) {
            return Ok(true);
        }
        let Some((key, value)) = key_and_value(self.request, pair)? else { return Ok(false) };
        let name = pairs::payload(self.request, &key);
        let Some(known) = self.memory.keys.get(place, name) else { return Ok(false) };
        if !known.is_usual() || has_role(name) {
            return Ok(false);
        }
        let contexts = known.contexts;
        let repeat = (place, pair.payload..pair.end);
        match content(self.request, &value)? {
            Content::Text(string) => {
                let text = string.payload..string.end;
                let key = Key::Attribute(key.payload..key.end);
                Ok(self.text(contexts, Source { text, location, key, repeat }))
            }
            Content::Number if self.rules.wants_numbers(contexts) => Ok(false),
            Content::Number | Content::Nothing => {
                self.memory.repeats.insert(place, bytes, Scanned::default());
                Ok(true)
            }
            Content::More => Ok(false),
        }
    }

    fn is_repeated(&mut self, place: u8, bytes: &[u8]) -> bool {
        let scanned = self.memory.repeats.get(place, bytes);
        scanned.inspect(|&scanned| self.scanned.add(scanned)).is_some()
    }

    fn text(&mut self, contexts: Contexts, source: Source) -> bool {
        let text = self.request.get(source.text.clone()).unwrap_or_default();
        if text.is_empty() {
            return true;
        }
        let texts = &self.room.texts;
        if texts.n_bytes() + text.len() > TEXT_BYTES_MAX || texts.len() >= TEXTS_MAX {
            return false;
        }
        self.scanned.add(Scanned::one(ValueKind::of_text(text), text.len()));
        self.room.sources.push(source);
        self.rules.take_in(text, contexts, &mut self.room.texts, &mut self.memory.scratch)
    }

    /// Looks at all that was taken in.
    fn look(&mut self) {
        let Room { mut texts, mut sources, mut items } = std::mem::take(&mut self.room);
        self.rules.look_at(&mut texts, &mut self.memory.scratch);
        for item in items.drain(..).rev() {
            let n_suspects = self.surveyed.texts.positions.len();
            for (index, source) in sources.drain(item.n_before..).enumerate() {
                if !self.is_clear((&texts, item.n_before + index), &source) {
                    self.surveyed.texts.positions.push(source.text.start);
                }
            }
            match self.surveyed.texts.positions.len() == n_suspects {
                true => self.surveyed.scanned.add(item.scanned),
                false => self.surveyed.items.positions.push(item.start),
            }
        }
        texts.clear();
        self.room = Room { texts, sources, items };
    }

    fn is_clear(&mut self, (texts, index): (&Texts, usize), source: &Source) -> bool {
        let bytes = |range: &Range<usize>| self.request.get(range.clone()).unwrap_or_default();
        let (text, (repeat_place, repeat)) = (bytes(&source.text), &source.repeat);
        let key = match &source.key {
            Key::Field(name) => name.as_bytes(),
            Key::Attribute(range) => bytes(range),
        };
        let (signal, location) = (self.signal, source.location);
        let place = Place { signal, location, key, role: Role::None };
        let Memory { scratch, repeats, .. } = &mut *self.memory;
        let is_clear = self.rules.is_clear((texts, index), text, &place, scratch);
        if is_clear {
            let scanned = Scanned::one(ValueKind::of_text(text), text.len());
            repeats.insert(*repeat_place, bytes(repeat), scanned);
        }
        is_clear
    }
}

/// What an `AnyValue` holds.
enum Content {
    /// Nothing that is scanned.
    Nothing,
    Text(Field),
    Number,
    /// What only the walk knows to scan.
    More,
}

fn content(request: &[u8], value: &Field) -> Result<Content, Stop> {
    let (mut content, mut n_cases) = (Content::Nothing, 0);
    fields_while(Reader::at(request, value.payload, value.end), |case| {
        n_cases += 1;
        content = match (case.number, case.wire_type) {
            _ if n_cases > 1 => Content::More,
            (STRING_VALUE, WireType::Len) => Content::Text(*case),
            (BOOL_VALUE, _) => Content::Nothing,
            (INT_VALUE | DOUBLE_VALUE, _) => Content::Number,
            _ => Content::More,
        };
        Ok::<_, Stop>(n_cases == 1)
    })?;
    Ok(content)
}

/// Both fields of a pair, if there is one of each and nothing else.
fn key_and_value(request: &[u8], pair: &Field) -> Result<Option<(Field, Field)>, Stop> {
    let (mut key, mut value, mut n_fields) = (None, None, 0);
    fields_while(Reader::at(request, pair.payload, pair.end), |field| {
        n_fields += 1;
        match (field.number, field.wire_type) {
            (KEY, WireType::Len) => key = Some(*field),
            (VALUE, WireType::Len) => value = Some(*field),
            _ => {}
        }
        Ok::<_, Stop>(n_fields <= 2)
    })?;
    Ok(key.zip(value).filter(|_| n_fields == 2))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::otlp::wire::put_len_field;
    use crate::redact::{Engine, engine::Summary};

    #[test]
    fn of_many_empty_items_few_are_noted_at_a_time() {
        let (mut resource, mut request) = (Vec::new(), Vec::new());
        put_len_field(&mut resource, 2, &[0x12, 0].repeat(8 * ITEMS));
        put_len_field(&mut request, 1, &resource);
        let document = br#"{"rules": [], "keys": {"drop": ["a"]}}"#;
        let engine = Engine::new(document, Summary::Info).unwrap();
        let mut memory = Memory::default();
        assert!(survey(&engine.ruleset, Signal::Logs, &request, &mut memory).is_some());
        assert!((1..=2 * ITEMS).contains(&memory.room.items.capacity()));
    }
}
