//! Values that one look at all of them together shows to be clean, which most are.

use crate::automaton::Hit;
use crate::json::{self, Json};
use crate::place::{Place, Role};
use crate::rules::Ruleset;
use crate::text::{Contexts, Form, QUOTE, Scratch, Stretch, Suspicion};
use crate::view::{Reading, has_percent_code};

use super::Pass;
use super::frames::Framed;
use super::pieces::Pieces;
use super::seen::Seen;
use super::spots::{self, Spot};
use super::{memory::Level, seam};

/// Longer values are looked at by themselves, with an eye on the clock.
const VALUE_BYTES_MAX: usize = 1 << 16;

/// Values to be looked at together: that costs less than one by one. Shows none of them.
#[derive(Default)]
pub struct Survey {
    /// As rules read them.
    pub(super) text: Vec<u8>,
    /// By value.
    pub(super) stretches: Vec<Stretch>,
    /// Of the rules' triggers in the text.
    pub(super) hits: Vec<Hit>,
}

impl std::fmt::Debug for Survey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Survey").finish_non_exhaustive()
    }
}

impl Survey {
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Forgets all but the first `len` values.
    pub fn truncate(&mut self, len: usize) {
        self.stretches.truncate(len);
        self.text.truncate(self.stretches.last().map_or(0, |last| last.end as usize + 1));
    }

    pub const fn len(&self) -> usize {
        self.stretches.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    pub const fn n_bytes(&self) -> usize {
        self.text.len()
    }
}

impl Ruleset {
    /// Takes a value into the survey; `key_contexts` are those of the keys above it. False if
    /// only a full look can tell whether it is clean.
    pub fn take_in(
        &self,
        value: &[u8],
        key_contexts: Contexts,
        survey: &mut Survey,
        scratch: &mut Scratch,
    ) -> bool {
        let len_max = VALUE_BYTES_MAX.min(self.limits.value_bytes_max);
        if value.len() > len_max {
            return false;
        }
        let start = survey.text.len();
        let mut stretch = Stretch::new(start..start, Form::Plain, key_contexts);
        let is_taken = self.take_framed(value, &mut stretch, &mut survey.text, scratch)
            || if json::may_be_json(value) && is_one_way(value) {
                stretch.form = Form::MayBeJson;
                survey.text.extend_from_slice(value);
                true
            } else {
                let levels = self.limits.nested_json_max.saturating_add(1);
                self.take_apart(value, levels, &mut stretch, &mut survey.text, scratch)
            };
        if is_taken {
            stretch.end = survey.text.len() as u32;
            survey.text.push(QUOTE);
            survey.stretches.push(stretch);
        }
        is_taken
    }

    /// Appends the one string of a value that is left to look at, if it is in a frame and no JSON.
    fn take_framed(
        &self,
        value: &[u8],
        stretch: &mut Stretch,
        to: &mut Vec<u8>,
        scratch: &mut Scratch,
    ) -> bool {
        let outer = Spot { contexts: stretch.key_contexts, role: Role::None, message_index: None };
        let mut decoded = scratch.value.text();
        let framed = scratch.value.frames.fit(self, value, outer, &mut decoded);
        let Some(Framed { leaf, is_ascii, spot }) = framed else {
            scratch.value.put_text(decoded);
            return false;
        };
        let content = leaf.content(value);
        let string = if leaf.is_escaped { &decoded } else { content };
        let is_one_way = is_ascii && !leaf.is_escaped && !has_percent_code(content);
        let is_taken = if json::may_be_json(string) {
            false
        } else if is_one_way {
            to.extend_from_slice(content);
            true
        } else {
            self.take_apart(string, 0, stretch, to, scratch)
        };
        scratch.value.put_text(decoded);
        if is_taken {
            (stretch.key_contexts, stretch.is_framed) = (spot.contexts, true);
        }
        is_taken
    }

    /// Appends a value leaf by leaf, JSON in it so many levels deep. False as for `take_in`.
    fn take_apart(
        &self,
        value: &[u8],
        levels: usize,
        stretch: &mut Stretch,
        to: &mut Vec<u8>,
        scratch: &mut Scratch,
    ) -> bool {
        if is_one_way(value) && (levels == 0 || !json::may_be_json(value)) {
            to.extend_from_slice(value);
            return true;
        }
        let mut text = scratch.value.text();
        text.clear();
        let mut pieces = Pieces { rules: self, text: &mut text, scratch: &mut *scratch };
        let is_read = pieces.value(value, levels, stretch);
        if is_read {
            read_folded(&text, to, scratch);
        }
        scratch.value.put_text(text);
        is_read
    }

    /// Looks at all values of the survey, for `is_clear`.
    pub fn look_at(&self, survey: &mut Survey, scratch: &mut Scratch) {
        self.suspect(&survey.text, &mut survey.stretches, &mut survey.hits, scratch);
    }

    /// Whether no rule finds anything in the value with this index, wherever it stands. False
    /// says nothing.
    pub fn is_clear(
        &self,
        (survey, index): (&Survey, usize),
        value: &[u8],
        place: &Place<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        let Some(stretch) = survey.stretches.get(index) else { return false };
        let contexts = stretch.key_contexts;
        let spot = Spot { contexts, role: place.role, message_index: None };
        let is_clear = match stretch.suspicion {
            Suspicion::None => true,
            Suspicion::Seams => self.has_clean_seams(value, spot, place, scratch),
            Suspicion::Some => false,
        };
        if is_clear && !stretch.is_framed {
            self.learn_frame(value, spot, scratch);
        }
        is_clear
    }

    /// `is_clear` of one value alone.
    pub(super) fn is_plainly_clean(
        &self,
        value: &[u8],
        spot: Spot,
        place: &Place<'_>,
        scratch: &mut Scratch,
    ) -> bool {
        let mut survey = std::mem::take(&mut scratch.value.survey);
        survey.clear();
        let is_clean = self.take_in(value, spot.contexts, &mut survey, scratch) && {
            self.look_at(&mut survey, scratch);
            let is_clean = self.is_clear((&survey, 0), value, place, scratch);
            if !is_clean {
                let mut seen = Seen::default();
                seen.add(self, &survey, 0);
                scratch.recall(self, seen.get(0));
            }
            is_clean
        };
        scratch.value.survey = survey;
        is_clean
    }

    /// Whether a text is taken apart as JSON.
    pub(crate) fn holds_json(&self, text: &[u8], scratch: &mut Scratch) -> bool {
        let mut level = scratch.value.level();
        let is_json = self.is_json(text, &mut level.json);
        scratch.value.put_level(level);
        is_json
    }

    pub(super) fn is_json(&self, text: &[u8], json: &mut Json) -> bool {
        self.decode.json && json.parse(text, self.limits.json_depth_max, false)
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
        let is_json = self.is_json(value, &mut level.json);
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

/// Whether it reads as it is written.
fn is_one_way(value: &[u8]) -> bool {
    value.is_ascii() && memchr::memchr(b'\\', value).is_none() && !has_percent_code(value)
}

/// Appends the text as it reads folded.
fn read_folded(text: &[u8], to: &mut Vec<u8>, scratch: &mut Scratch) {
    let mut folded = scratch.value.text();
    let is_changed = !text.is_ascii() && Reading::Fold.read(text, &mut folded);
    to.extend_from_slice(if is_changed { &folded } else { text });
    scratch.value.put_text(folded);
}
