//! One string of an item: taken apart, scanned, and put together again.
//!
//! `document` takes a value apart into leaves, `leaf` reads each in all ways, `encoded` looks into
//! base64, `seam` at text that goes on in the next part of a message, and `edit` puts together
//! what was decided. Positions are bytes of the text at hand; on the way out of a JSON string
//! they are led back to the text around it.

mod again;
mod clock;
mod document;
mod edit;
mod encoded;
mod frames;
mod known;
mod leaf;
mod memory;
mod oversize;
mod pieces;
mod seam;
mod seen;
mod settle;
mod spots;
mod survey;

use std::time::Instant;

use crate::decide::Tag;
use crate::document::{Action, OnOversize, ScanNumbers};
use crate::place::{Place, Role};
use crate::rules::{RuleIndex, Ruleset};
use crate::text::{Contexts, Scratch, Unscanned};
use edit::Edit;
pub(crate) use memory::Memory;
pub use seen::Seen;
use spots::Spot;
pub use survey::Survey;

/// So many more passes may find something in what the one before wrote.
const PASSES_MORE_MAX: usize = 4;
/// Longer values do not leave their memory behind.
const KEPT_BYTES_MAX: usize = 1 << 20;

/// What is to become of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it is.
    Unchanged,
    /// The new text; valid JSON if the old one was.
    Replaced(Vec<u8>),
    /// The attribute goes (a field that is none becomes empty).
    DropAttribute,
    DropItem,
    /// The caller replaces the value, unless unscanned values may pass.
    Unscanned(Unscanned),
}

/// One finding, as it is told. Holds nothing of the text.
///
/// Told are the findings that decided what became of their stretch and those that only flag. A
/// finding that a stronger one covers is told, as a flag, only if its rule sets an attribute.
/// One that several readings of a leaf show is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub rule: RuleIndex,
    /// What was done; `Flag` if nothing.
    pub action: Action,
    pub dry_run: bool,
    pub role: Role,
    /// Which message of the array it stands in.
    pub message_index: Option<u32>,
    /// 0 to 100.
    pub score: u8,
    /// Where it stands, in bytes of the value: start and end. None for what several parts of a
    /// message hold together.
    pub range: Option<(u32, u32)>,
    /// If `Scratch::tells_tags` is set and there is a key.
    pub tag: Option<Tag>,
}

impl Ruleset {
    /// Scans one value. What it finds is appended to `told`; the first pass tells, later
    /// passes only make sure that nothing is left.
    ///
    /// A finding that drops the attribute or the item decides about the value, whether or not
    /// another one covers it. All passes together may take `limits.value_ms_max` for each begun
    /// MiB.
    pub fn redact(
        &self,
        value: &[u8],
        place: &Place<'_>,
        key_contexts: Contexts,
        scratch: &mut Scratch,
        told: &mut Vec<Told>,
    ) -> Outcome {
        let spot = Spot { contexts: key_contexts, role: place.role, message_index: None };
        match self.is_plainly_clean(value, spot, place, scratch) {
            true => Outcome::Unchanged,
            false => self.redact_suspect(value, place, key_contexts, scratch, told),
        }
    }

    /// As `redact`, of a value of which a survey says that it may not be clean.
    pub fn redact_suspect(
        &self,
        value: &[u8],
        place: &Place<'_>,
        key_contexts: Contexts,
        scratch: &mut Scratch,
        told: &mut Vec<Told>,
    ) -> Outcome {
        let spot = Spot { contexts: key_contexts, role: place.role, message_index: None };
        let deadline = self.deadline(value.len());
        let mut pass = Pass::new(self, place, deadline, scratch, told);
        let mut last = match pass.run(value, spot) {
            Outcome::Replaced(text) if text != value => text,
            Outcome::Replaced(_) => return Outcome::Unchanged,
            decided => return decided,
        };
        if pass.is_settled(value, &last) {
            return Outcome::Replaced(last);
        }
        let told = &mut Vec::new();
        for _ in 0..PASSES_MORE_MAX {
            if self.is_plainly_clean(&last, spot, place, scratch) {
                return Outcome::Replaced(last);
            }
            let mut pass = Pass::new(self, place, deadline, scratch, told);
            last = match pass.run(&last, spot) {
                Outcome::Unchanged => return Outcome::Replaced(last),
                Outcome::Replaced(text) if text == last => return Outcome::Replaced(last),
                Outcome::Replaced(text) => text,
                decided => return decided,
            };
        }
        Outcome::Unscanned(Unscanned::Unstable)
    }

    /// As `redact`, for the decimal text of a number that is no part of JSON: looked at if
    /// `scan_numbers` says so. What replaces it is text.
    pub fn redact_number(
        &self,
        number: &[u8],
        place: &Place<'_>,
        key_contexts: Contexts,
        scratch: &mut Scratch,
        told: &mut Vec<Told>,
    ) -> Outcome {
        match self.wants_numbers(key_contexts) {
            true => self.redact(number, place, key_contexts, scratch, told),
            false => Outcome::Unchanged,
        }
    }

    /// Whether a number under keys with these contexts is looked at.
    pub fn wants_numbers(&self, contexts: Contexts) -> bool {
        match self.scan_numbers {
            ScanNumbers::None => false,
            ScanNumbers::Named => contexts != 0,
            ScanNumbers::All => true,
        }
    }
}

/// What a finding does to the whole value. The later named is the stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Drop {
    Attribute,
    Item,
}

/// One look at one value.
struct Pass<'a> {
    rules: &'a Ruleset,
    /// Of the value; leaves have their own role.
    place: &'a Place<'a>,
    deadline: Instant,
    scratch: &'a mut Scratch,
    told: &'a mut Vec<Told>,
    /// What may still be decoded of base64.
    base64_left: usize,
    n_leaves: u32,
    n_findings: usize,
    dropped: Option<Drop>,
    /// Another pass may edit what this one wrote: see `is_settled`.
    is_open: bool,
}

impl<'a> Pass<'a> {
    fn new(
        rules: &'a Ruleset,
        place: &'a Place<'a>,
        deadline: Instant,
        scratch: &'a mut Scratch,
        told: &'a mut Vec<Told>,
    ) -> Self {
        let base64_left = rules.limits.base64_bytes_max;
        Self {
            rules,
            place,
            deadline,
            scratch,
            told,
            base64_left,
            n_leaves: 0,
            n_findings: 0,
            dropped: None,
            is_open: false,
        }
    }

    fn run(&mut self, value: &[u8], spot: Spot) -> Outcome {
        let edits = self.edits(value, spot);
        if value.len() > KEPT_BYTES_MAX {
            self.scratch.value = Memory::default();
        }
        match (edits, self.dropped) {
            (Err(reason), _) => Outcome::Unscanned(reason),
            (Ok(_), Some(Drop::Item)) => Outcome::DropItem,
            (Ok(_), Some(Drop::Attribute)) => Outcome::DropAttribute,
            (Ok(edits), None) if edits.is_empty() => Outcome::Unchanged,
            (Ok(edits), None) => Outcome::Replaced(edit::apply(value, &edits)),
        }
    }

    fn edits(&mut self, value: &[u8], spot: Spot) -> Result<Vec<Edit>, Unscanned> {
        if value.len() > self.rules.limits.value_bytes_max.min(u32::MAX as usize) {
            return match self.rules.on_oversize {
                OnOversize::DropValue => Err(Unscanned::TooLarge),
                OnOversize::ScanHeadTail => self.head_and_tail(value, spot),
            };
        }
        let levels_left = self.rules.limits.nested_json_max;
        let mut text = self.scratch.value.text();
        let framed = self.scratch.value.frames.fit(self.rules, value, spot, &mut text);
        self.scratch.value.put_text(text);
        match framed {
            Some(framed) => self.framed(value, &framed, levels_left),
            None => self.text(value, spot, levels_left.saturating_add(1)),
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
