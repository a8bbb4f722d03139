//! The text scanned last, of which the next one is often a part that was changed.

use crate::automaton::{FindScratch, Found, Hit};
use crate::rules::Ruleset;

/// Finding something in a shorter text costs no more than comparing it.
const BYTES_MIN: usize = 64;
/// A longer text, or one with more hits, is not kept.
const BYTES_MAX: usize = 1 << 20;
const HITS_MAX: usize = 1 << 16;

#[derive(Default)]
pub(super) struct Last {
    /// Of the rule set whose literals these are.
    identity: u64,
    text: Vec<u8>,
    hits: Vec<Hit>,
}

/// Nothing of a text is shown.
impl std::fmt::Debug for Last {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Last").finish_non_exhaustive()
    }
}

impl Last {
    /// As `find` of the rules' triggers.
    pub fn find(
        &mut self,
        rules: &Ruleset,
        text: &[u8],
        hits: &mut Vec<Hit>,
        scratch: &mut FindScratch,
    ) {
        let automaton = &rules.triggers.automaton;
        if text.len() < BYTES_MIN {
            return automaton.find(text, hits, scratch);
        }
        if self.identity != rules.identity {
            self.set(rules, Found::default());
        }
        let n_before = hits.len();
        automaton.find_again(text, self.found(), hits, scratch);
        self.set(rules, Found { text, hits: hits.get(n_before..).unwrap_or_default() });
    }

    /// Takes the place of what was kept.
    pub fn set(&mut self, rules: &Ruleset, found: Found<'_>) {
        self.identity = rules.identity;
        self.text.clear();
        self.hits.clear();
        if found.text.len() <= BYTES_MAX && found.hits.len() <= HITS_MAX {
            self.text.extend_from_slice(found.text);
            self.hits.extend_from_slice(found.hits);
        }
    }

    fn found(&self) -> Found<'_> {
        Found { text: &self.text, hits: &self.hits }
    }
}
