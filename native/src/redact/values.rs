//! Attributes, and what they hold at any depth.

use spanloom_scan::document::ScanNumbers;
use spanloom_scan::keys::KeyFate;
use spanloom_scan::place::Role;

use super::edits::Mark;
use super::keys::{CleanKey, KnownKey, stronger};
use super::numbers;
use super::own::{Own, OwnValue};
use super::pairs::{
    self, ARRAY_VALUE, BYTES_VALUE, DOUBLE_VALUE, INT_VALUE, KEY, KVLIST_VALUE, STRING_VALUE,
    VALUE, VALUES,
};
use super::report::{ValueKind, unscanned_name};
use super::scan::{Site, Verdict};
use super::tally::Tracked;
use super::walk::{Fate, Frame, Stop, Walk, deeper, note_singular};
use crate::otlp::schema::{ANY_VALUE, KEY_VALUE};
use crate::otlp::walk::next_field;
use crate::otlp::wire::{Field, Reader, WireType, put_len_field};

impl<'a> Walk<'a> {
    /// An attribute of a message; one that has to go is taken out here.
    pub fn attribute(
        &mut self,
        frame: &mut Frame<'_, 'a>,
        pair: &Field,
        depth: u32,
    ) -> Result<Fate, Stop> {
        let key = pairs::key(self.bytes, pair)?;
        let known = self.known_key(frame.location, key);
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
                let fate = self.pair(pair, &known, known.fate, site, depth)?;
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
        let Some(speaker) = key.strip_suffix(b".content") else { return Ok(Role::None) };
        if frame.roles.is_none() {
            frame.roles = Some(pairs::roles(self.bytes, frame.field, number)?);
        }
        let roles = frame.roles.as_ref();
        Ok(roles.and_then(|roles| roles.get(speaker)).copied().unwrap_or_default())
    }

    /// The content of a key-value pair. Its edits stand; it is the caller who takes it out.
    fn pair(
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
            *self.report.unscanned.entry(unscanned_name(reason)).or_default() += 1;
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
        let mut seen = 0;
        let mut reader = Reader::at(self.bytes, pair.payload, pair.end);
        while let Some(field) = next_field(&mut reader)? {
            let Some(part) = KEY_VALUE.field(field.number) else {
                self.unknown(&field, &site);
                continue;
            };
            note_singular(&mut seen, part)?;
            let fate = match field.number {
                KEY => self.key(&field, known),
                VALUE => self.pair_value(&field, fate, &site, depth)?,
                _ => Fate::Keep,
            };
            if fate != Fate::Keep {
                return Ok(fate);
            }
        }
        Ok(Fate::Keep)
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

    /// A value that is no attribute's. Where it has to go, its field does.
    pub fn lone_value(&mut self, value: &Field, site: &Site, depth: u32) -> Result<Fate, Stop> {
        let mark = self.edits.open(value.start);
        match self.value_content(value, site, depth)? {
            Fate::DropItem => return Ok(Fate::DropItem),
            Fate::DropAttribute => self.edits.remove(mark, value),
            Fate::Keep => self.edits.close(mark, value),
        }
        Ok(Fate::Keep)
    }

    fn value(&mut self, value: &Field, site: &Site, depth: u32) -> Result<Fate, Stop> {
        let mark = self.edits.open(value.start);
        let fate = self.value_content(value, site, depth)?;
        if fate == Fate::Keep {
            self.edits.close(mark, value);
        }
        Ok(fate)
    }

    fn value_content(&mut self, value: &Field, site: &Site, depth: u32) -> Result<Fate, Stop> {
        let mut seen = 0;
        let mut reader = Reader::at(self.bytes, value.payload, value.end);
        while let Some(case) = next_field(&mut reader)? {
            let Some(known) = ANY_VALUE.field(case.number) else {
                self.unknown(&case, site);
                continue;
            };
            note_singular(&mut seen, known)?;
            let fate = match case.number {
                STRING_VALUE => self.string(&case, site),
                BYTES_VALUE => self.bytes_value(&case, site),
                INT_VALUE | DOUBLE_VALUE => self.number(&case, site),
                ARRAY_VALUE => self.array(&case, site, deeper(depth, &case)?)?,
                KVLIST_VALUE => self.map(&case, site, deeper(depth, &case)?)?,
                _ => Fate::Keep,
            };
            if fate != Fate::Keep {
                return Ok(fate);
            }
        }
        Ok(Fate::Keep)
    }

    fn string(&mut self, case: &Field, site: &Site) -> Fate {
        let text = pairs::payload(self.bytes, case);
        let verdict = self.scan(ValueKind::of_text(text), text, site);
        self.apply(verdict, case, STRING_VALUE)
    }

    /// Bytes are text if they are valid UTF-8.
    fn bytes_value(&mut self, case: &Field, site: &Site) -> Fate {
        let bytes = pairs::payload(self.bytes, case);
        if simdutf8::basic::from_utf8(bytes).is_err() {
            return Fate::Keep;
        }
        let verdict = self.scan(ValueKind::Bytes, bytes, site);
        self.apply(verdict, case, BYTES_VALUE)
    }

    /// A number that is replaced becomes a string.
    fn number(&mut self, case: &Field, site: &Site) -> Fate {
        let is_scanned = match self.engine.ruleset.scan_numbers {
            ScanNumbers::None => false,
            ScanNumbers::Named => site.contexts != 0,
            ScanNumbers::All => true,
        };
        if !is_scanned {
            return Fate::Keep;
        }
        let text = match case.wire_type {
            WireType::Varint => numbers::int_text(case.value),
            _ => numbers::double_text(case.value),
        };
        let verdict = self.scan(ValueKind::Number, text.as_bytes(), site);
        self.apply(verdict, case, STRING_VALUE)
    }

    /// Writes into field `number` what is to stand in the place of this case.
    fn apply(&mut self, verdict: Verdict, case: &Field, number: u32) -> Fate {
        match verdict {
            Verdict::Keep => {}
            Verdict::Write(text) => self.edits.replace(case.start..case.end, |out| {
                put_len_field(out, number, &text);
            }),
            Verdict::DropAttribute => return Fate::DropAttribute,
            Verdict::DropItem => return Fate::DropItem,
        }
        Fate::Keep
    }

    /// An element that has to go leaves an empty value behind, so that the others keep their
    /// places.
    fn array(&mut self, array: &Field, site: &Site, depth: u32) -> Result<Fate, Stop> {
        let mark = self.edits.open(array.start);
        let mut reader = Reader::at(self.bytes, array.payload, array.end);
        let mut index = 0;
        while let Some(element) = next_field(&mut reader)? {
            if element.number != VALUES {
                self.unknown(&element, site);
                continue;
            }
            let message_index = site.message_index.or(Some(index));
            let site = Site { message_index, ..*site };
            index += 1;
            let mark = self.edits.open(element.start);
            match self.value_content(&element, &site, deeper(depth, &element)?)? {
                Fate::Keep => self.edits.close(mark, &element),
                Fate::DropAttribute => self.edits.empty(mark, &element),
                Fate::DropItem => return Ok(Fate::DropItem),
            }
        }
        self.edits.close(mark, array);
        Ok(Fate::Keep)
    }

    fn map(&mut self, map: &Field, site: &Site, depth: u32) -> Result<Fate, Stop> {
        let mark = self.edits.open(map.start);
        let role = pairs::role_of_map(self.bytes, map, site.role)?;
        let site = Site { role, ..*site };
        let mut reader = Reader::at(self.bytes, map.payload, map.end);
        while let Some(pair) = next_field(&mut reader)? {
            if pair.number != VALUES {
                self.unknown(&pair, &site);
                continue;
            }
            let mark = self.edits.open(pair.start);
            match self.entry(&pair, site, deeper(depth, &pair)?)? {
                Fate::Keep => self.edits.close(mark, &pair),
                Fate::DropAttribute => self.edits.remove(mark, &pair),
                Fate::DropItem => return Ok(Fate::DropItem),
            }
        }
        self.edits.close(mark, map);
        Ok(Fate::Keep)
    }

    /// An entry of a map, whose path is one key longer.
    fn entry(&mut self, pair: &Field, outer: Site, depth: u32) -> Result<Fate, Stop> {
        let key = pairs::key(self.bytes, pair)?;
        let known = self.known_key(outer.location, key);
        let path_len = self.path.len();
        self.path.push(b'.');
        self.path.extend_from_slice(known.name(key));
        let keys = &self.engine.ruleset.keys;
        let fate = match keys.concerns_nested_keys() {
            true => {
                let of_path = self.keys.path_fate(&self.path, || keys.nested_key_fate(&self.path));
                stronger(known.nested_fate, of_path)
            }
            false => KeyFate::Scan,
        };
        let site = Site { contexts: outer.contexts | known.contexts, ..outer };
        let fate = self.pair(pair, &known, fate, site, depth);
        self.path.truncate(path_len);
        fate
    }
}
