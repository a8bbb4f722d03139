//! Where rules look closer, and up to where each has already looked.

use crate::rules::{RuleIndex, RunRules};
use crate::runs;

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
    /// The text has a token long enough to be base64 or hex, or nobody looked.
    pub may_be_encoded: bool,
}

impl Anchors {
    pub fn clear(&mut self) {
        self.anchors.clear();
        for rule in self.raised.drain(..) {
            if let Some(floor) = self.floors.get_mut(rule as usize) {
                *floor = 0;
            }
        }
    }

    pub fn add(&mut self, anchor: Anchor) {
        self.anchors.push(anchor);
    }

    pub fn add_runs(&mut self, text: &[u8], rules: &RunRules) {
        let anchors = &mut self.anchors;
        let mut add = |range: std::ops::Range<usize>, rule| {
            anchors.push(Anchor { start: range.start as u32, end: range.end as u32, rule });
        };
        if let Some(&(shortest, _)) = rules.digits.iter().min() {
            runs::digits(text, shortest, |range| {
                let n = text.get(range.clone()).unwrap_or_default();
                let n = n.iter().filter(|byte| byte.is_ascii_digit()).count();
                let rules = rules.digits.iter().filter(|&&(least, _)| n >= least);
                rules.for_each(|&(_, rule)| add(range.clone(), rule));
            });
        }
        if !rules.hex_groups.is_empty() {
            runs::hex_groups(text, |range| {
                rules.hex_groups.iter().for_each(|&rule| add(range.clone(), rule));
            });
        }
        let shortest = rules.tokens.iter().map(|&(least, _)| least).min();
        self.may_be_encoded = shortest.is_none();
        if let Some(shortest) = shortest {
            runs::tokens(text, shortest.min(ENCODED_BYTES_MIN), |range| {
                let n = text.get(range.clone()).unwrap_or_default();
                let n = n.iter().filter(|&&byte| byte != b'=').count();
                self.may_be_encoded |= n >= ENCODED_BYTES_MIN;
                let rules = rules.tokens.iter().filter(|&&(least, _)| n >= least);
                rules.for_each(|&(_, rule)| add(range.clone(), rule));
            });
        }
    }

    /// Tokens that only matter where the whole text is one word.
    pub fn add_lone_words(&mut self, text: &[u8], rules: &RunRules) {
        for &(least, most, rule) in &rules.lone_words {
            if text.len() <= most && text.iter().all(u8::is_ascii_graphic) {
                runs::tokens(text, least, |range| {
                    let (start, end) = (range.start as u32, range.end as u32);
                    self.anchors.push(Anchor { start, end, rule });
                });
            }
        }
    }

    pub fn sort(&mut self) {
        self.anchors.sort_unstable_by_key(|anchor| (anchor.start, anchor.rule, anchor.end));
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
