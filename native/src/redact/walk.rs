//! Goes through the messages of a request by the tables of the protocol.

use std::{mem, ptr};

use spanloom_scan::place::{Location, Signal};
use spanloom_scan::value::Told;

use super::edits::Edits;
use super::engine::{Engine, Memory};
use super::guard::guarded;
use super::items::{count_items, trace_id};
use super::pairs::Roles;
use super::places;
use super::report::Report;
use super::scan::{Site, Verdict};
use super::step::{Fate, Stop, deeper, note_singular};
use super::survey::{Surveyed, survey};
use super::tally::Tally;
use super::telling;
use crate::otlp::schema::{self, ANY_VALUE, KEY_VALUE, Kind, Message, Role};
use crate::otlp::signal;
use crate::otlp::validate::DEPTH_MAX;
use crate::otlp::walk::fields_while;
use crate::otlp::wire::{Field, Reader, WireType, put_len_field};

pub struct Walk<'a> {
    pub engine: &'a Engine,
    pub signal: Signal,
    pub bytes: &'a [u8],
    pub edits: Edits,
    /// Borrowed from the engine.
    pub memory: Memory,
    /// The keys around the text being scanned, from the outside in, joined by dots.
    pub path: Vec<u8>,
    pub tally: Tally,
    pub report: Report,
    pub told: Vec<Told>,
    pub n_kept: usize,
    pub n_dropped: usize,
    /// None if every item has to be walked.
    pub surveyed: Option<Surveyed>,
}

/// A message whose fields are being walked.
pub struct Frame<'f, 'a> {
    pub message: &'static Message,
    pub field: &'f Field,
    pub location: Location,
    /// Bits of the singular fields that occurred.
    seen: u32,
    /// Found when a key asks for them.
    pub roles: Option<Roles<'a>>,
}

impl<'a> Walk<'a> {
    pub fn new(engine: &'a Engine, signal: signal::Signal, bytes: &'a [u8], audit: bool) -> Self {
        let report = Report { audit: audit.then(Vec::new), ..Report::default() };
        // What was learnt without an audit lacks tags.
        let mut memory = if audit { Memory::default() } else { engine.memory() };
        memory.scratch.tells_tags = audit;
        Self {
            engine,
            signal: places::signal(signal),
            bytes,
            edits: Edits::default(),
            memory,
            path: Vec::new(),
            tally: Tally::default(),
            report,
            told: Vec::new(),
            n_kept: 0,
            n_dropped: 0,
            surveyed: None,
        }
    }

    /// Finds the items that need not be walked.
    pub fn survey(&mut self, signal: signal::Signal) {
        let (rules, bytes, memory) = (&self.engine.ruleset, self.bytes, &mut self.memory);
        let surveyed = guarded(|| survey(rules, signal, bytes, memory));
        if surveyed.is_none() {
            let tells_tags = self.memory.scratch.tells_tags;
            self.memory = Memory::default();
            self.memory.scratch.tells_tags = tells_tags;
        }
        self.surveyed = surveyed.flatten();
        if let Some(surveyed) = &self.surveyed {
            self.report.repeated(surveyed.scanned);
        }
    }

    pub fn request(&mut self, message: &'static Message) -> Result<(), Stop> {
        let end = self.bytes.len();
        let wire_type = WireType::Len;
        let whole = Field { number: 0, wire_type, start: 0, payload: 0, end, value: 0 };
        self.message(message, &whole, Location::Resource, DEPTH_MAX)?;
        Ok(())
    }

    fn message(
        &mut self,
        message: &'static Message,
        field: &Field,
        outer: Location,
        depth: u32,
    ) -> Result<Fate, Stop> {
        let location = places::of_message(message, outer);
        let mut frame = Frame { message, field, location, seen: 0, roles: None };
        let mut fate = Fate::Keep;
        fields_while(Reader::at(self.bytes, field.payload, field.end), |field| {
            fate = self.field(&mut frame, field, depth)?;
            Ok::<_, Stop>(fate != Fate::DropItem)
        })?;
        Ok(fate)
    }

    fn field(
        &mut self,
        frame: &mut Frame<'_, 'a>,
        field: &Field,
        depth: u32,
    ) -> Result<Fate, Stop> {
        let Some(known) = frame.message.field(field.number) else {
            self.unknown(field, &Site::new(frame.location));
            return Ok(Fate::Keep);
        };
        note_singular(&mut frame.seen, known)?;
        match (known.kind, field.wire_type) {
            (Kind::String, WireType::Len) => Ok(self.text(frame, known, field)),
            (Kind::Message(inner), WireType::Len) => {
                let depth = deeper(depth, field)?;
                self.inner(frame, known, (inner, field), depth)
            }
            // An id of another length may be anything.
            (Kind::Id(len) | Kind::RequiredId(len), WireType::Len)
                if field.end - field.payload != len =>
            {
                self.unknown(field, &Site::new(frame.location));
                Ok(Fate::Keep)
            }
            _ => Ok(Fate::Keep),
        }
    }

    /// A text that is no attribute. Where it has to go, it becomes empty.
    fn text(
        &mut self,
        frame: &Frame<'_, 'a>,
        known: &'static schema::Field,
        field: &Field,
    ) -> Fate {
        let (location, key) = places::of_field(frame.message, known, frame.location);
        self.path.extend_from_slice(key.as_bytes());
        let verdict = self.scan_text(field, &Site::new(location));
        self.path.clear();
        match verdict {
            Verdict::Keep => {}
            Verdict::Write(text) => self.edits.replace(field.start..field.end, |out| {
                put_len_field(out, field.number, &text);
            }),
            Verdict::DropAttribute => self.edits.replace(field.start..field.end, |_| {}),
            Verdict::DropItem => return Fate::DropItem,
        }
        Fate::Keep
    }

    fn inner(
        &mut self,
        frame: &mut Frame<'_, 'a>,
        known: &'static schema::Field,
        (inner, field): (&'static Message, &Field),
        depth: u32,
    ) -> Result<Fate, Stop> {
        if ptr::eq(inner, &KEY_VALUE) {
            return self.attribute(frame, field, depth);
        }
        if ptr::eq(inner, &ANY_VALUE) {
            let (location, key) = places::of_field(frame.message, known, frame.location);
            self.path.extend_from_slice(key.as_bytes());
            let fate = self.lone_value(field, &Site::new(location), depth);
            self.path.clear();
            return fate;
        }
        if inner.role == Role::Item
            && self.surveyed.as_mut().is_some_and(|surveyed| surveyed.is_clear(field))
        {
            self.n_kept += 1;
            return Ok(Fate::Keep);
        }
        let around = places::is_owner(inner).then(|| mem::take(&mut self.tally));
        let fate = self.nested(inner, field, frame.location, depth);
        if let Some(around) = around {
            self.tally = around;
        }
        fate
    }

    fn nested(
        &mut self,
        message: &'static Message,
        field: &Field,
        outer: Location,
        depth: u32,
    ) -> Result<Fate, Stop> {
        let mark = self.edits.open(field.start);
        let before = (self.n_kept, self.n_dropped);
        if self.report.audit.is_some() && message.role == Role::Item {
            self.tally.trace_id = trace_id(self.bytes, message, field)?;
        }
        match (self.message(message, field, outer, depth)?, places::dropped_as(message)) {
            (Fate::DropItem, None) => return Ok(Fate::DropItem),
            (Fate::DropItem, Some(name)) => {
                let n_items = count_items(message, self.bytes, field)?;
                self.report.dropped(name, n_items.max(1) as u64);
                (self.n_kept, self.n_dropped) = (before.0, before.1 + n_items);
                self.edits.remove(mark, field);
            }
            _ if self.lost_all_items(message, before) => self.edits.remove(mark, field),
            _ => {
                self.n_kept += usize::from(message.role == Role::Item);
                self.tell(message, field);
                self.edits.close(mark, field);
            }
        }
        Ok(Fate::Keep)
    }

    /// An envelope of which nothing is left goes too.
    fn lost_all_items(&self, message: &Message, (n_kept, n_dropped): (usize, usize)) -> bool {
        message.role == Role::Envelope && self.n_kept == n_kept && self.n_dropped > n_dropped
    }

    /// Not on metrics: an attribute more is another time series.
    fn tell(&mut self, message: &'static Message, field: &Field) {
        if self.tells_on(message)
            && let Some(attributes) = message.field_named("attributes")
        {
            telling::tell(self.engine, &self.tally, &mut self.edits, field, attributes.number);
        }
    }

    pub fn tells_on(&self, message: &'static Message) -> bool {
        self.signal != Signal::Metrics && places::is_owner(message)
    }
}
