//! Hands one text to the rules and books what they say.

use std::mem;
use std::sync::Arc;

use spanloom_scan::keys::KeyFate;
use spanloom_scan::place::{Location, Place, Role};
use spanloom_scan::rules::Ruleset;
use spanloom_scan::text::{Contexts, Scratch, Unscanned};
use spanloom_scan::value::{Outcome, Told};

use super::guard::guarded;
use super::keys::{CleanKey, KnownKey};
use super::own::Own;
use super::pairs;
use super::repeats::place;
use super::report::ValueKind;
use super::survey::Known;
use super::walk::Walk;
use crate::otlp::wire::Field;

/// What leaves in the place of a value that could not be scanned.
pub const UNSCANNED: &[u8] = b"[REDACTED:unscanned]";

/// Where a text stands, but for its key: that is `Walk::path`.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    pub location: Location,
    /// Of all keys around it.
    pub contexts: Contexts,
    pub role: Role,
    /// Position in the outermost array of the wire.
    pub message_index: Option<u32>,
}

impl Site {
    pub const fn new(location: Location) -> Self {
        Self { location, contexts: 0, role: Role::None, message_index: None }
    }
}

/// What is to become of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Keep,
    Write(Vec<u8>),
    DropAttribute,
    DropItem,
}

/// One value through the rules; a panic counts as a value that could not be scanned.
pub fn redact(
    ruleset: &Ruleset,
    (kind, value): (ValueKind, &[u8]),
    place: &Place<'_>,
    contexts: Contexts,
    scratch: &mut Scratch,
    told: &mut Vec<Told>,
) -> Outcome {
    caught(scratch, |scratch| match kind {
        ValueKind::Number => ruleset.redact_number(value, place, contexts, scratch, told),
        _ => ruleset.redact(value, place, contexts, scratch, told),
    })
}

fn caught(scratch: &mut Scratch, run: impl FnOnce(&mut Scratch) -> Outcome) -> Outcome {
    let outcome = guarded(|| run(scratch));
    match outcome {
        Some(outcome) => outcome,
        None => {
            let tells_tags = scratch.tells_tags;
            *scratch = Scratch::default();
            scratch.tells_tags = tells_tags;
            Outcome::Unscanned(Unscanned::Internal)
        }
    }
}

impl<'a> Walk<'a> {
    pub fn scan(&mut self, kind: ValueKind, value: &[u8], site: &Site) -> Verdict {
        if value.is_empty() {
            return Verdict::Keep;
        }
        self.report.scanned(kind, value.len());
        let (signal, location, role) = (self.signal, site.location, site.role);
        let place = Place { signal, location, key: &self.path, role };
        let (engine, contexts) = (self.engine, site.contexts);
        let (scratch, told) = (&mut self.memory.scratch, &mut self.told);
        let outcome = redact(&engine.ruleset, (kind, value), &place, contexts, scratch, told);
        self.book_told(site.message_index);
        self.verdict(outcome, location)
    }

    /// As `scan`, of a text of the request.
    pub fn scan_text(&mut self, text: &Field, site: &Site) -> Verdict {
        let value = pairs::payload(self.bytes, text);
        let kind = ValueKind::of_text(value);
        let known = self.surveyed.as_mut().map(|surveyed| surveyed.known(text));
        match known {
            _ if value.is_empty() => Verdict::Keep,
            None | Some(Known::Nothing) => self.scan(kind, value, site),
            Some(Known::Clear) => {
                self.report.scanned(kind, value.len());
                Verdict::Keep
            }
            Some(Known::Suspect(index)) => {
                self.report.scanned(kind, value.len());
                self.scan_suspect(value, index as usize, site)
            }
        }
    }

    fn scan_suspect(&mut self, value: &[u8], index: usize, site: &Site) -> Verdict {
        let (signal, location, role) = (self.signal, site.location, site.role);
        let place = Place { signal, location, key: &self.path, role };
        let (engine, contexts) = (self.engine, site.contexts);
        let (scratch, told) = (&mut self.memory.scratch, &mut self.told);
        scratch.recall(&engine.ruleset, self.memory.seen.get(index));
        let outcome = caught(scratch, |scratch| {
            engine.ruleset.redact_suspect(value, &place, contexts, scratch, told)
        });
        self.book_told(site.message_index);
        self.verdict(outcome, location)
    }

    /// Books `told`, and empties it.
    fn book_told(&mut self, message_index: Option<u32>) {
        let mut told = mem::take(&mut self.told);
        self.book(&told, message_index);
        told.clear();
        self.told = told;
    }

    pub fn book(&mut self, told: &[Told], message_index: Option<u32>) {
        for one in told {
            self.report.found(one, &self.tally.trace_id, &self.path);
            self.tally.found(self.engine, one, &self.path, message_index);
        }
    }

    fn verdict(&mut self, outcome: Outcome, location: Location) -> Verdict {
        match outcome {
            Outcome::Unchanged => Verdict::Keep,
            Outcome::Replaced(text) => {
                self.tally.masked(&self.path);
                Verdict::Write(text)
            }
            Outcome::Unscanned(reason) => self.unscanned(reason),
            Outcome::DropItem if is_in_item(location) => Verdict::DropItem,
            Outcome::DropItem | Outcome::DropAttribute => {
                self.report.dropped("attribute", 1);
                self.tally.redacted(&self.path);
                Verdict::DropAttribute
            }
        }
    }

    fn unscanned(&mut self, reason: Unscanned) -> Verdict {
        self.report.unscanned(reason);
        if self.engine.ruleset.pass_unscanned {
            return Verdict::Keep;
        }
        self.tally.masked(&self.path);
        Verdict::Write(UNSCANNED.to_vec())
    }

    /// Whether the rules leave a text as it is; nothing is booked.
    pub fn is_clean(&mut self, text: &[u8], location: Location) -> bool {
        let place = Place { signal: self.signal, location, key: text, role: Role::None };
        let (scratch, told) = (&mut self.memory.scratch, &mut self.told);
        let outcome =
            redact(&self.engine.ruleset, (ValueKind::Key, text), &place, 0, scratch, told);
        told.clear();
        outcome == Outcome::Unchanged
    }

    /// What is known of a key, which is scanned when it is met first.
    pub fn known_key(&mut self, location: Location, key: &'a [u8]) -> Arc<KnownKey> {
        let place = place(self.signal, location);
        if let Some(known) = self.memory.keys.get(place, key) {
            return Arc::clone(known);
        }
        let known = Arc::new(self.learn_key(location, key));
        self.memory.keys.insert(place, key, &known);
        known
    }

    fn learn_key(&mut self, location: Location, key: &'a [u8]) -> KnownKey {
        let engine = self.engine;
        let place = Place { signal: self.signal, location, key, role: Role::None };
        let mut told = Vec::new();
        let outcome = match key {
            [] => Outcome::Unchanged,
            _ => {
                let key = (ValueKind::Key, key);
                redact(&engine.ruleset, key, &place, 0, &mut self.memory.scratch, &mut told)
            }
        };
        self.report.scanned(ValueKind::Key, key.len());
        let (clean, unscanned) = clean_key(outcome, location, engine.ruleset.pass_unscanned);
        let name = if let CleanKey::Changed(clean) = &clean { clean } else { key };
        let contexts = engine.ruleset.contexts(name, &mut self.memory.scratch);
        let own = Own::of_key(engine, name);
        let fate = match engine.ruleset.keys.key_fate(name) {
            KeyFate::Drop => KeyFate::Drop,
            _ if own.is_some() => KeyFate::Scan,
            fate => fate,
        };
        let nested_fate = engine.ruleset.keys.nested_key_fate(name);
        KnownKey { clean, unscanned, told, contexts, fate, nested_fate, own }
    }
}

/// Whether there is an item, or a part of one, that a rule can drop.
fn is_in_item(location: Location) -> bool {
    !matches!(location, Location::Resource | Location::Scope)
}

fn clean_key(
    outcome: Outcome,
    location: Location,
    pass_unscanned: bool,
) -> (CleanKey, Option<Unscanned>) {
    match outcome {
        Outcome::Unchanged => (CleanKey::AsIs, None),
        Outcome::Replaced(text) => (CleanKey::Changed(text), None),
        Outcome::DropItem if is_in_item(location) => (CleanKey::DropItem, None),
        Outcome::DropItem | Outcome::DropAttribute => (CleanKey::DropAttribute, None),
        Outcome::Unscanned(reason) if pass_unscanned => (CleanKey::AsIs, Some(reason)),
        Outcome::Unscanned(reason) => (CleanKey::Changed(UNSCANNED.to_vec()), Some(reason)),
    }
}
