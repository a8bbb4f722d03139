//! The rules, ready to run: what `Document` says, compiled.

use crate::automaton::Automaton;
use crate::document::{Document, Limits};

/// Position of a rule in the document.
pub type RuleIndex = u32;

/// Why the rules cannot be used. Names the rule and the reason; never a text that was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// Empty if it concerns all rules.
    pub rule: String,
    pub reason: String,
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.rule.as_str() {
            "" => f.write_str(&self.reason),
            rule => write!(f, "rule {rule}: {}", self.reason),
        }
    }
}

impl std::error::Error for RuleError {}

/// Immutable, shared by all threads.
#[derive(Debug)]
pub struct Ruleset {
    pub limits: Limits,
    pub automaton: Automaton,
}

impl Ruleset {
    /// # Errors
    /// All that is wrong with the document, not only the first thing.
    pub fn new(document: Document) -> Result<Self, Vec<RuleError>> {
        Ok(Self { limits: document.limits, automaton: Automaton::default() })
    }
}
