//! A value as all that rules read of it: its leaves, one after the other, in every reading.

use crate::json::{self, Json, Kind};
use crate::rules::Ruleset;
use crate::text::{Form, QUOTE, Scratch, Stretch};
use crate::view::{Reading, has_escape, has_percent_code};

/// Collects what a value reads as in `text`, unfolded.
pub(super) struct Pieces<'a> {
    pub rules: &'a Ruleset,
    pub text: &'a mut Vec<u8>,
    pub scratch: &'a mut Scratch,
}

impl Pieces<'_> {
    /// Appends a value, which is JSON taken apart `levels` deep, or one leaf. False if only a full
    /// look can tell whether it is clean.
    pub fn value(&mut self, value: &[u8], levels: usize, stretch: &mut Stretch) -> bool {
        match self.document(value, levels, stretch) {
            Some(is_read) => {
                stretch.form = Form::Json;
                is_read
            }
            None if is_read_once(value, self.rules) => {
                self.text.extend_from_slice(value);
                true
            }
            None => {
                stretch.form = Form::Json;
                put_string(value, self.text) && self.put_readings(value)
            }
        }
    }

    /// Appends JSON with its strings decoded, `QUOTE` where they begin and end, and behind it what
    /// else they can be read as. None if it is none.
    fn document(&mut self, value: &[u8], levels: usize, stretch: &mut Stretch) -> Option<bool> {
        if levels == 0 || !json::may_be_json(value) {
            return None;
        }
        let mut level = self.scratch.value.level();
        let is_json = self.rules.is_json(value, &mut level.json);
        let is_read = is_json && self.strings(value, &level.json, levels - 1, stretch);
        self.scratch.value.put_level(level);
        is_json.then_some(is_read)
    }

    fn strings(&mut self, value: &[u8], json: &Json, levels: usize, stretch: &mut Stretch) -> bool {
        let (mut decoded, mut behind) = (self.scratch.value.text(), self.scratch.value.text());
        behind.clear();
        let has_percent = memchr::memchr(b'%', value).is_some();
        let mut at = 0;
        let is_read = json.leaves.iter().all(|leaf| {
            let string = leaf.said(value, &mut decoded);
            match (leaf.kind, string) {
                (Kind::Key, b"content") => stretch.add_part(true),
                (Kind::Key, b"text") => stretch.add_part(false),
                _ => {}
            }
            self.text.extend_from_slice(value.get(at..leaf.start as usize).unwrap_or_default());
            at = leaf.end as usize;
            let levels = if leaf.kind == Kind::String { levels } else { 0 };
            let mut others =
                Pieces { rules: self.rules, text: &mut behind, scratch: &mut *self.scratch };
            match others.inner_document(string, levels) {
                Some(is_read) => is_read && put_string(b"", self.text),
                None => {
                    put_string(string, self.text)
                        && (!leaf.is_escaped && !has_percent || others.put_readings(string))
                }
            }
        });
        self.text.extend_from_slice(value.get(at..).unwrap_or_default());
        self.text.extend_from_slice(&behind);
        self.scratch.value.put_text(decoded);
        self.scratch.value.put_text(behind);
        is_read
    }

    /// As `document`, for a string. Its seams are not looked at once more, so it must have none.
    fn inner_document(&mut self, string: &[u8], levels: usize) -> Option<bool> {
        let mut inner = Stretch::new(0..0, Form::Json, 0);
        let is_read = self.document(string, levels, &mut inner)?;
        Some(is_read && !inner.has_seams())
    }

    /// Appends what a leaf can be read as beside how it is written.
    fn put_readings(&mut self, leaf: &[u8]) -> bool {
        let mut read = self.scratch.value.text();
        let readings = [(Reading::Percent, self.rules.decode.percent), (Reading::Escapes, true)];
        let is_read = readings.into_iter().all(|(reading, is_on)| {
            !is_on || !reading.read(leaf, &mut read) || put_string(&read, self.text)
        });
        self.scratch.value.put_text(read);
        is_read
    }
}

fn is_read_once(leaf: &[u8], rules: &Ruleset) -> bool {
    let is_coded = rules.decode.percent && has_percent_code(leaf);
    !is_coded && !has_escape(leaf)
}

/// False if it cannot be told where the string ends.
fn put_string(string: &[u8], text: &mut Vec<u8>) -> bool {
    text.push(QUOTE);
    text.extend_from_slice(string);
    text.push(QUOTE);
    memchr::memchr(QUOTE, string).is_none()
}
