//! What surveys saw of values that may not be clean, so that it is not looked for again.

use crate::automaton::{Found, Hit};
use crate::rules::Ruleset;

use super::survey::Survey;

/// What is longer in all is not kept.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// By value, in the order in which they were added.
#[derive(Default)]
pub struct Seen {
    text: Vec<u8>,
    hits: Vec<Hit>,
    /// Where each value's part of both ends.
    ends: Vec<(usize, usize)>,
}

/// Nothing of a text is shown.
impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen").finish_non_exhaustive()
    }
}

impl Seen {
    pub fn clear(&mut self) {
        self.text.clear();
        self.hits.clear();
        self.ends.clear();
    }

    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds the value with this index in the survey.
    pub fn add(&mut self, rules: &Ruleset, survey: &Survey, index: usize) {
        if let Some(stretch) = survey.stretches.get(index) {
            let (start, end) = (stretch.start as usize, stretch.end as usize);
            if self.text.len() + (end - start) <= TEXT_BYTES_MAX {
                self.text.extend_from_slice(survey.text.get(start..end).unwrap_or_default());
                self.hits.extend(hits_in(rules, survey, start, end));
            }
        }
        self.ends.push((self.text.len(), self.hits.len()));
    }

    /// Of the value that was added as this one.
    pub fn get(&self, index: usize) -> Found<'_> {
        let last = index.checked_sub(1).and_then(|last| self.ends.get(last));
        let (text_start, hits_start) = last.copied().unwrap_or_default();
        let (text_end, hits_end) = self.ends.get(index).copied().unwrap_or_default();
        Found {
            text: self.text.get(text_start..text_end).unwrap_or_default(),
            hits: self.hits.get(hits_start..hits_end).unwrap_or_default(),
        }
    }
}

/// The hits in a part of the survey, as if the text began there.
fn hits_in(
    rules: &Ruleset,
    survey: &Survey,
    start: usize,
    end: usize,
) -> impl Iterator<Item = Hit> {
    let n_before = |at: usize| survey.hits.partition_point(|hit| hit.end as usize <= at);
    let hits = survey.hits.get(n_before(start)..n_before(end)).unwrap_or_default();
    let is_inside = move |hit: &&Hit| rules.triggers.automaton.start(&survey.text, **hit) >= start;
    hits.iter().filter(is_inside).map(move |hit| Hit { end: hit.end - start as u32, ..*hit })
}
