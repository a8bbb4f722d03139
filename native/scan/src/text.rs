//! Finds what the rules describe in one view of a text.

use crate::rules::{RuleIndex, Ruleset};

/// Sets of context words that hold for a whole text because its key says so; one bit each.
pub type Contexts = u128;

/// Something a rule describes, at least as sure as its `flag_at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    pub start: usize,
    pub end: usize,
    pub rule: RuleIndex,
    /// 0 to 100, context included.
    pub score: u8,
}

/// Why a value could not be scanned to the end. Its text must not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unscanned {
    TooLarge,
    Timeout,
    /// A second pass over what was written still finds something, again and again.
    Unstable,
    /// A panic, caught at the border.
    Internal,
}

/// Memory that one thread uses again for every text.
#[derive(Debug, Default)]
pub struct Scratch {}

impl Ruleset {
    /// Appends the findings in `text` by ascending start.
    ///
    /// # Errors
    /// `Timeout` when `deadline` passes first.
    pub fn scan(
        &self,
        text: &[u8],
        key_contexts: Contexts,
        deadline: std::time::Instant,
        scratch: &mut Scratch,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Unscanned> {
        let _ = (text, key_contexts, deadline, scratch, findings);
        Ok(())
    }

    /// Which context words a key holds: those of an attribute, or of a JSON object.
    pub fn contexts(&self, key: &[u8], scratch: &mut Scratch) -> Contexts {
        let _ = (key, scratch);
        0
    }
}
