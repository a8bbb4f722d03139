//! What attributes and bodies hold, at any depth.

use spanloom_scan::keys::KeyFate;

use super::keys::stronger;
use super::numbers;
use super::pairs::{
    self, ARRAY_VALUE, BYTES_VALUE, DOUBLE_VALUE, INT_VALUE, KVLIST_VALUE, STRING_VALUE, VALUES,
};
use super::report::ValueKind;
use super::scan::{Site, Verdict};
use super::step::{Fate, Stop, deeper, note_singular};
use super::walk::Walk;
use crate::otlp::schema::ANY_VALUE;
use crate::otlp::walk::{fields_while, next_field};
use crate::otlp::wire::{Field, Reader, put_len_field};

impl Walk<'_> {
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

    pub fn value(&mut self, value: &Field, site: &Site, depth: u32) -> Result<Fate, Stop> {
        let mark = self.edits.open(value.start);
        let fate = self.value_content(value, site, depth)?;
        if fate == Fate::Keep {
            self.edits.close(mark, value);
        }
        Ok(fate)
    }

    fn value_content(&mut self, value: &Field, site: &Site, depth: u32) -> Result<Fate, Stop> {
        let (mut seen, mut fate) = (0, Fate::Keep);
        fields_while(Reader::at(self.bytes, value.payload, value.end), |case| {
            let Some(known) = ANY_VALUE.field(case.number) else {
                self.unknown(case, site);
                return Ok(true);
            };
            note_singular(&mut seen, known)?;
            fate = match case.number {
                STRING_VALUE => self.string(case, site),
                BYTES_VALUE => self.bytes_value(case, site),
                INT_VALUE | DOUBLE_VALUE => self.number(case, site),
                ARRAY_VALUE => self.array(case, site, deeper(depth, case)?)?,
                KVLIST_VALUE => self.map(case, site, deeper(depth, case)?)?,
                _ => Fate::Keep,
            };
            Ok::<_, Stop>(fate == Fate::Keep)
        })?;
        Ok(fate)
    }

    fn string(&mut self, case: &Field, site: &Site) -> Fate {
        let verdict = self.scan_text(case, site);
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
        if !self.engine.ruleset.wants_numbers(site.contexts) {
            return Fate::Keep;
        }
        let text = numbers::text(case);
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
                let of_path =
                    self.memory.keys.path_fate(&self.path, || keys.nested_key_fate(&self.path));
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
