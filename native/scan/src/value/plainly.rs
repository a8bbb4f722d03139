//! Values that one look at the text as it is written shows to be clean, which most are.

use crate::json;
use crate::place::Place;
use crate::rules::Ruleset;
use crate::text::{Scratch, Suspicion};

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
        // Such texts may be read in more than one way.
        if !value.is_ascii() || memchr::memchr(b'%', value).is_some() {
            return false;
        }
        let may_be_json = json::may_be_json(value);
        if memchr::memchr(b'\\', value).is_none() {
            return match self.suspect(value, may_be_json, spot.contexts, scratch) {
                Suspicion::None => !self.hides_text(value, scratch),
                Suspicion::Seams => {
                    !self.hides_text(value, scratch)
                        && self.has_clean_seams(value, spot, place, scratch)
                }
                Suspicion::Some => false,
            };
        }
        let mut decoded = scratch.value.text();
        let is_clean = may_be_json
            && self.decode.json
            && decode_controls(value, &mut decoded)
            && self.suspect(&decoded, true, spot.contexts, scratch) != Suspicion::Some
            && !self.hides_text(&decoded, scratch)
            // Escapes that are not part of a JSON string could mean something else.
            && self.has_clean_seams(value, spot, place, scratch);
        scratch.value.put_text(decoded);
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

/// The text with `\n`, `\r` and `\t` decoded. False if there are other escapes.
fn decode_controls(text: &[u8], decoded: &mut Vec<u8>) -> bool {
    decoded.clear();
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let control = match rest.get(at + 1) {
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            _ => return false,
        };
        decoded.extend_from_slice(rest.get(..at).unwrap_or_default());
        decoded.push(control);
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    decoded.extend_from_slice(rest);
    true
}
