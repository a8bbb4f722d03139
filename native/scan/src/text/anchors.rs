//! Where rules look closer, and up to where each has already looked.

use std::ops::Range;

use crate::rules::{RuleIndex, Run, RunRules, token_len};
use crate::runs::Runs;

/// Shorter tokens are words, names and numbers, and are not decoded.
pub(crate) const ENCODED_BYTES_MIN: usize = 24;

/// A place where a rule is tried: a literal of it, or a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub start: u32,
    pub end: u32,
    pub rule: RuleIndex,
}

#[derive(Debug, Default)]
pub(super) struct Anchors {
    anchors: Vec<Anchor>,
    /// By rule: earlier anchors are not tried.
    floors: Vec<u32>,
    /// Rules whose floor is not 0.
    raised: Vec<RuleIndex>,
    runs: Runs,
    /// Tokens of at least so many bytes as were asked for.
    pub tokens: Vec<Range<usize>>,
    /// One of them is long enough to be base64 or hex.
    pub may_be_encoded: bool,
}

impl Anchors {
    pub fn clear(&mut self) {
        self.anchors.clear();
        self.tokens.clear();
        for rule in self.raised.drain(..) {
            if let Some(floor) = self.floors.get_mut(rule as usize) {
                *floor = 0;
            }
        }
    }

    pub fn add(&mut self, anchor: Anchor) {
        self.anchors.push(anchor);
    }

    /// `token_bytes_min` is what the rules ask for at most.
    pub fn add_runs(&mut self, text: &[u8], rules: &RunRules, token_bytes_min: usize) {
        self.may_be_encoded = false;
        self.runs.read(text);
        let Self { anchors, tokens, may_be_encoded, .. } = self;
        rules.each(text, &self.runs, token_bytes_min, |run, range| match run {
            Run::Of(rule) => {
                let (start, end) = (range.start as u32, range.end as u32);
                anchors.push(Anchor { start, end, rule });
            }
            Run::Token { n_bytes } => {
                *may_be_encoded |= n_bytes >= ENCODED_BYTES_MIN;
                tokens.push(range);
            }
        });
    }

    /// Tokens that only matter where the whole text is one word. After `add_runs`.
    pub fn add_lone_words(&mut self, text: &[u8], rules: &RunRules) {
        for word in &rules.lone_words {
            if self.tokens.is_empty() || !word.is(text) {
                continue;
            }
            let is_long = |token: &&Range<usize>| token_len(text, token) >= word.token_bytes_min;
            self.anchors.extend(self.tokens.iter().filter(is_long).map(|token| Anchor {
                start: token.start as u32,
                end: token.end as u32,
                rule: word.rule,
            }));
        }
    }

    /// By start and then end, which many already are: a stable sort makes use of that.
    pub fn sort(&mut self) {
        self.anchors.sort_by_key(|anchor| (anchor.start, anchor.end));
    }

    pub fn get(&self, i: usize) -> Option<Anchor> {
        self.anchors.get(i).copied()
    }

    fn floor(&self, rule: RuleIndex) -> usize {
        self.floors.get(rule as usize).copied().unwrap_or_default() as usize
    }

    /// Whether the rule has not been past this anchor yet.
    pub fn is_open(&self, anchor: Anchor) -> bool {
        anchor.start as usize >= self.floor(anchor.rule)
    }

    /// The rule looks at nothing before `until` any more.
    pub fn close(&mut self, rule: RuleIndex, until: usize) {
        if until <= self.floor(rule) {
            return;
        }
        if self.floors.len() <= rule as usize {
            self.floors.resize(rule as usize + 1, 0);
        }
        if let Some(floor) = self.floors.get_mut(rule as usize) {
            if *floor == 0 {
                self.raised.push(rule);
            }
            *floor = until as u32;
        }
    }
}
