//! Attributes: what becomes of them by their key, and the keys themselves.

use spanloom_scan::keys::KeyFate;
use spanloom_scan::place::Role;

use super::edits::Mark;
use super::keys::{CleanKey, KnownKey};
use super::own::{Own, OwnValue};
use super::pairs::{self, KEY, STRING_VALUE, VALUE};
use super::repeats::{Scanned, place};
use super::scan::Site;
use super::step::{Fate, Stop, deeper, note_singular};
use super::tally::Tracked;
use super::walk::{Frame, Walk};
use crate::otlp::schema::KEY_VALUE;
use crate::otlp::walk::fields_while;
use crate::otlp::wire::{Field, Reader, put_len_field};

/// How the key of what somebody says ends, where the speaker has an attribute beside it.
const CONTENT: &[u8] = b".content";

/// Whether who says a value stands in an attribute beside it.
pub fn has_role(key: &[u8]) -> bool {
    key.ends_with(CONTENT)
}

impl<'a> Walk<'a> {
    /// An attribute of a message; one that has to go is taken out here.
    pub fn attribute(
        &mut self,
        frame: &mut Frame<'_, 'a>,
        pair: &Field,
        depth: u32,
    ) -> Result<Fate, Stop> {
        let bytes = pairs::payload(self.bytes, pair);
        let place = place(self.signal, frame.location);
        if let Some(scanned) = self.memory.repeats.get(place, bytes) {
            self.report.repeated(scanned);
            return Ok(Fate::Keep);
        }
        let key = pairs::key(self.bytes, pair)?;
        let known = self.known_key(frame.location, key);
        let scanned = Scanned { values: self.report.values, n_bytes: self.report.bytes_scanned };
        let (n_edits, n_noted) = (self.edits.len(), self.report.n_noted);
        let fate = self.new_attribute(frame, pair, (key, &known), depth)?;
        let is_clean = self.edits.len() == n_edits && self.report.n_noted == n_noted;
        // What others than its own bytes decide about may end otherwise next time.
        let is_alone = known.fate == KeyFate::Scan && known.own.is_none() && !has_role(key);
        if is_clean && is_alone && fate == Fate::Keep {
            self.memory.repeats.insert(place, bytes, self.report.since(scanned));
        }
        Ok(fate)
    }

    fn new_attribute(
        &mut self,
        frame: &mut Frame<'_, 'a>,
        pair: &Field,
        (key, known): (&'a [u8], &KnownKey),
        depth: u32,
    ) -> Result<Fate, Stop> {
        let mut site = Site::new(frame.location);
        site.contexts = known.contexts;
        site.role = self.role_beside(frame, pair.number, key)?;
        let mark = self.edits.open(pair.start);
        self.path.clear();
        self.path.extend_from_slice(known.name(key));
        let own = known.own.filter(|_| self.tells_on(frame.message));
        let fate = match own.and_then(|own| self.own_value(own, pair, &site)) {
            Some(value) => {
                self.track(known.own, key, Some(value), mark, pair);
                Fate::Keep
            }
            None => {
                let fate = self.pair(pair, known, known.fate, site, depth)?;
                self.end_attribute(fate, own, key, mark, pair);
                fate
            }
        };
        self.path.clear();
        Ok(if fate == Fate::DropItem { fate } else { Fate::Keep })
    }

    fn end_attribute(
        &mut self,
        fate: Fate,
        own: Option<Own>,
        key: &[u8],
        mark: Mark,
        pair: &Field,
    ) {
        match fate {
            Fate::Keep if own.is_some() => self.track(own, key, None, mark, pair),
            Fate::Keep => self.edits.close(mark, pair),
            Fate::DropAttribute => self.edits.remove(mark, pair),
            Fate::DropItem => {}
        }
    }

    /// What redaction wrote here in an earlier pass, if there is nothing else in it.
    fn own_value(&mut self, own: Own, pair: &Field, site: &Site) -> Option<OwnValue> {
        let value = OwnValue::read(own, self.bytes, pair)?;
        let foreign = value.foreign(own, self.engine);
        foreign.iter().all(|text| self.is_clean(text, site.location)).then_some(value)
    }

    fn track(
        &mut self,
        own: Option<Own>,
        key: &[u8],
        value: Option<OwnValue>,
        mark: Mark,
        pair: &Field,
    ) {
        let slot = self.edits.close_for_now(mark, pair);
        if let Some(own) = own {
            self.tally.tracked.push(Tracked { own, key: key.to_vec(), value, slot });
        }
    }

    /// Who speaks in a flat attribute such as `gen_ai.prompt.0.content`.
    fn role_beside(
        &self,
        frame: &mut Frame<'_, 'a>,
        number: u32,
        key: &[u8],
    ) -> Result<Role, Stop> {
        let Some(speaker) = key.strip_suffix(CONTENT) else { return Ok(Role::None) };
        if frame.roles.is_none() {
            frame.roles = Some(pairs::roles(self.bytes, frame.field, number)?);
        }
        let roles = frame.roles.as_ref();
        Ok(roles.and_then(|roles| roles.get(speaker)).copied().unwrap_or_default())
    }

    /// The content of a key-value pair. Its edits stand; it is the caller who takes it out.
    pub fn pair(
        &mut self,
        pair: &Field,
        known: &KnownKey,
        fate: KeyFate,
        site: Site,
        depth: u32,
    ) -> Result<Fate, Stop> {
        self.report.key_fate(fate);
        self.book(&known.told, site.message_index);
        if let Some(reason) = known.unscanned {
            self.report.unscanned(reason);
        }
        match (&known.clean, fate) {
            (CleanKey::DropItem, _) => return Ok(Fate::DropItem),
            (CleanKey::DropAttribute, _) | (_, KeyFate::Drop | KeyFate::NotAllowed) => {
                self.report.dropped("attribute", 1);
                self.tally.redacted(&self.path);
                return Ok(Fate::DropAttribute);
            }
            _ => {}
        }
        let (mut seen, mut becomes) = (0, Fate::Keep);
        fields_while(Reader::at(self.bytes, pair.payload, pair.end), |field| {
            let Some(part) = KEY_VALUE.field(field.number) else {
                self.unknown(field, &site);
                return Ok(true);
            };
            note_singular(&mut seen, part)?;
            becomes = match field.number {
                KEY => self.key(field, known),
                VALUE => self.pair_value(field, fate, &site, depth)?,
                _ => Fate::Keep,
            };
            Ok::<_, Stop>(becomes == Fate::Keep)
        })?;
        Ok(becomes)
    }

    fn key(&mut self, field: &Field, known: &KnownKey) -> Fate {
        if let CleanKey::Changed(clean) = &known.clean {
            self.tally.masked(&self.path);
            self.edits.replace(field.start..field.end, |out| put_len_field(out, KEY, clean));
        }
        Fate::Keep
    }

    fn pair_value(
        &mut self,
        value: &Field,
        fate: KeyFate,
        site: &Site,
        depth: u32,
    ) -> Result<Fate, Stop> {
        match fate {
            KeyFate::Ignore => self.tally.n_ignored += 1,
            KeyFate::Mask => self.mask(value),
            _ => return self.value(value, site, deeper(depth, value)?),
        }
        Ok(Fate::Keep)
    }

    /// Puts the mask in the place of a value.
    fn mask(&mut self, value: &Field) {
        let mut masked = Vec::new();
        put_len_field(&mut masked, STRING_VALUE, self.engine.ruleset.keys.mask_text().as_bytes());
        if pairs::payload(self.bytes, value) != masked {
            self.tally.masked(&self.path);
            self.edits.replace(value.start..value.end, |out| {
                put_len_field(out, value.number, &masked);
            });
        }
    }
}
