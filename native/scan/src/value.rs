//! One string of an item: taken apart, scanned, and put together again.

use crate::document::Action;
use crate::place::{Place, Role};
use crate::rules::{RuleIndex, Ruleset};
use crate::text::{Contexts, Scratch, Unscanned};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub rule: RuleIndex,
    /// What was done; `Flag` if nothing.
    pub action: Action,
    pub dry_run: bool,
    pub role: Role,
    /// Which message of the array it stands in.
    pub message_index: Option<u32>,
}

impl Ruleset {
    /// Scans one value. What it finds is appended to `told`; the first pass tells, later
    /// passes only make sure that nothing is left.
    pub fn redact(
        &self,
        value: &[u8],
        place: &Place<'_>,
        key_contexts: Contexts,
        scratch: &mut Scratch,
        told: &mut Vec<Told>,
    ) -> Outcome {
        let _ = (value, place, key_contexts, scratch, told);
        Outcome::Unchanged
    }
}
