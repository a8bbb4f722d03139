//! Values that one look at the text as it is written shows to be clean, which most are.

use crate::json;
use crate::place::Place;
use crate::rules::Ruleset;
use crate::text::{Form, QUOTE, Scratch, Suspicion};
use crate::view::Reading;

use super::Pass;
use super::spots::{self, Spot};
use super::{memory::Level, seam};

/// Longer values are looked at with an eye on the clock.
const BYTES_MAX: usize = 1 << 16;

impl Ruleset {
    /// Whether no rule finds anything in the value, wherever it stands. False says nothing.
    pub(super) fn is_plainly_clean(
        &self,
        value: &[u8],
        spot: Spot,
        place: &Place<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        if value.len() > BYTES_MAX.min(self.limits.value_bytes_max) {
            return false;
        }
        // Such a text may be read in more than one way.
        if memchr::memchr(b'%', value).is_some() {
            return false;
        }
        let may_be_json = json::may_be_json(value);
        let has_backslash = memchr::memchr(b'\\', value).is_some();
        if value.is_ascii() && !has_backslash {
            return self.is_clean_as_written(value, may_be_json, spot, place, scratch);
        }
        let mut text = scratch.value.text();
        let is_clean = match may_be_json {
            true => {
                self.decode.json
                    && decode_strings(value, &mut text, scratch)
                    && self.is_clean_view(&text, Form::Json, spot, scratch)
                    && self.has_clean_seams(value, spot, place, scratch)
            }
            false => !has_backslash && self.is_clean_view(value, Form::Plain, spot, scratch),
        };
        scratch.value.put_text(text);
        is_clean
    }

    fn is_clean_as_written(
        &self,
        value: &[u8],
        may_be_json: bool,
        spot: Spot,
        place: &Place<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        let form = if may_be_json { Form::MayBeJson } else { Form::Plain };
        let suspicion = self.suspect(value, form, spot.contexts, scratch);
        suspicion != Suspicion::Some
            && !self.hides_text(value, scratch)
            && (suspicion == Suspicion::None || self.has_clean_seams(value, spot, place, scratch))
    }

    /// Whether no rule finds anything in the text, folded; but for seams.
    fn is_clean_view(&self, text: &[u8], form: Form, spot: Spot, scratch: &mut Scratch) -> bool {
        let mut folded = scratch.value.text();
        let is_changed = !text.is_ascii() && Reading::Fold.read(text, &mut folded);
        let view = if is_changed { &folded } else { text };
        let is_clean = self.suspect(view, form, spot.contexts, scratch) != Suspicion::Some
            && !self.hides_text(view, scratch);
        scratch.value.put_text(folded);
        is_clean
    }

    /// Whether the value is JSON without findings in two neighbouring strings.
    fn has_clean_seams(
        &self,
        value: &[u8],
        spot: Spot,
        place: &Place<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        let mut level = scratch.value.level();
        let is_json =
            self.decode.json && level.json.parse(value, self.limits.json_depth_max, false);
        let is_clean = is_json && self.seams_hold_nothing(value, &mut level, spot, place, scratch);
        scratch.value.put_level(level);
        is_clean
    }

    fn seams_hold_nothing(
        &self,
        value: &[u8],
        level: &mut Level,
        spot: Spot,
        place: &Place<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        seam::find_parts(value, level);
        if level.parts.len() < 2 {
            return true;
        }
        spots::fill(self, scratch, value, level, spot);
        let (mut told, mut edits) = (Vec::new(), Vec::new());
        let deadline = self.deadline(value.len());
        let mut pass = Pass::new(self, place, deadline, scratch, &mut told);
        let looked = pass.seams(value, level, spot, &mut edits);
        looked.is_ok() && pass.n_findings == 0 && edits.is_empty()
    }
}

/// The value with its strings decoded, and `QUOTE` where they begin and end. False if one may be
/// read in yet another way: it holds a backslash or a percent sign then, or may be JSON itself.
fn decode_strings(value: &[u8], text: &mut Vec<u8>, scratch: &mut Scratch) -> bool {
    text.clear();
    let mut decoded = scratch.value.text();
    let mut rest = value;
    let is_decoded = loop {
        let Some(begin) = memchr::memchr(b'"', rest) else { break true };
        text.extend_from_slice(rest.get(..begin).unwrap_or_default());
        let after = rest.get(begin + 1..).unwrap_or_default();
        let Some((len, is_escaped)) = string_len(after) else { break false };
        let written = after.get(..len).unwrap_or_default();
        let is_changed = is_escaped && Reading::Escapes.read(written, &mut decoded);
        let string = if is_changed { decoded.as_slice() } else { written };
        if is_escaped && memchr::memchr3(b'\\', b'%', QUOTE, string).is_some()
            || json::may_be_json(string)
        {
            break false;
        }
        text.push(QUOTE);
        text.extend_from_slice(string);
        text.push(QUOTE);
        rest = after.get(len + 1..).unwrap_or_default();
    };
    text.extend_from_slice(rest);
    scratch.value.put_text(decoded);
    is_decoded
}

/// Up to the quote that ends a string, and whether there are escapes before.
fn string_len(text: &[u8]) -> Option<(usize, bool)> {
    let (mut at, mut is_escaped) = (0, false);
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some((at, is_escaped));
        }
        is_escaped = true;
        at += 2;
    }
}
