//! What surveys saw of values that may not be clean, so that it is not looked for again.

use std::ops::Range;

use crate::automaton::{Found, Hit};
use crate::rules::Ruleset;

use super::survey::Survey;

/// What goes beyond this in all is not kept.
const TEXT_BYTES_MAX: usize = 1 << 20;
const HITS_MAX: usize = 1 << 16;

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
            let range = stretch.start as usize..stretch.end as usize;
            let text = survey.text.get(range.clone()).unwrap_or_default();
            let hits = hits_around(survey, &range);
            if self.text.len() + text.len() <= TEXT_BYTES_MAX
                && self.hits.len() + hits.len() <= HITS_MAX
            {
                self.text.extend_from_slice(text);
                self.hits.extend(inside(rules, survey, hits, range.start));
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

/// All hits in a part of the survey, and those that start before it.
fn hits_around<'a>(survey: &'a Survey, range: &Range<usize>) -> &'a [Hit] {
    let n_until = |at: usize| survey.hits.partition_point(|hit| hit.end as usize <= at);
    survey.hits.get(n_until(range.start)..n_until(range.end)).unwrap_or_default()
}

/// Those that start at `start` or behind it, as if the text began there.
fn inside(
    rules: &Ruleset,
    survey: &Survey,
    hits: &[Hit],
    start: usize,
) -> impl Iterator<Item = Hit> {
    let is_inside = move |hit: &&Hit| rules.triggers.automaton.start(&survey.text, **hit) >= start;
    hits.iter().filter(is_inside).map(move |hit| Hit { end: hit.end - start as u32, ..*hit })
}
