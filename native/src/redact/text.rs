//! One text through the rules, for the command line and for tests.

use std::ops::Range;

use spanloom_scan::place::Place;
use spanloom_scan::value::{Outcome, Told};

use super::engine::Engine;
use super::report::ValueKind;
use super::scan;

#[derive(Debug)]
pub struct Spotted {
    pub told: Told,
    pub score: Option<u8>,
    /// In bytes of the text, where it is known.
    pub range: Option<Range<usize>>,
}

#[derive(Debug)]
pub struct TextOutcome {
    pub outcome: Outcome,
    pub spotted: Vec<Spotted>,
}

impl Engine {
    /// What becomes of one value at a place, and what was found in it.
    pub fn redact_text(&self, text: &[u8], place: &Place<'_>) -> TextOutcome {
        let (mut memory, mut told) = (self.memory(), Vec::new());
        let contexts = self.ruleset.contexts(place.key, &mut memory.scratch);
        let outcome = scan::redact(
            &self.ruleset,
            (ValueKind::of_text(text), text),
            place,
            contexts,
            &mut memory.scratch,
            &mut told,
        );
        self.give_back(memory);
        let spotted = told.into_iter().map(|told| Spotted {
            score: Some(told.score),
            range: told.range.map(|(start, end)| start as usize..end as usize),
            told,
        });
        TextOutcome { outcome, spotted: spotted.collect() }
    }
}
