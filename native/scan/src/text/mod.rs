//! Finds what the rules describe in one view of a text.

pub(crate) mod anchors;
mod context;
mod last;
mod marks;
mod suspect;

use std::ops::Range;
use std::time::Instant;

use crate::automaton::{FindScratch, Found, Hit};
use crate::detect::{Matches, Site};
use crate::rules::{LiteralSet, Matcher, Owner, RegexRule, Rule, RuleIndex, Ruleset};
use crate::runs::Runs;
use anchors::{Anchor, Anchors};
use context::Surroundings;
use last::Last;

/// Sets of context words that hold for a whole text because its key says so; one bit each.
pub type Contexts = u128;

pub(crate) use suspect::{Form, QUOTE, Stretch, Suspicion};

/// What a context word adds to a score, and what a negative one takes from it.
const CONTEXT_BONUS: u8 = 35;
const CONTEXT_MALUS: u8 = 40;
/// So many tries between two looks at the clock.
const TRIES_PER_LOOK: usize = 64;

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
pub struct Scratch {
    scan: ScanScratch,
    /// Findings are to be told with their tags; costs an HMAC each.
    pub tells_tags: bool,
    pub(crate) value: crate::value::Memory,
}

#[derive(Debug, Default)]
struct ScanScratch {
    hits: Vec<Hit>,
    last: Last,
    /// Context words, where all that matters is whether there are any.
    around: Vec<Hit>,
    /// Where the text begins that was asked for them last, and which sets it holds.
    said: Option<(u32, Contexts)>,
    /// Where the text begins in which a string was asked for last, and where that stands in it.
    string: Option<(u32, Range<usize>)>,
    find: FindScratch,
    runs: Runs,
    anchors: Anchors,
    surroundings: Surroundings,
    /// Rules of which a keyword occurs.
    gates: Vec<RuleIndex>,
    matches: Matches,
}

/// One text, and what stage one saw in it.
struct Scan<'a> {
    rules: &'a Ruleset,
    text: &'a [u8],
    key_contexts: Contexts,
    seen: &'a mut ScanScratch,
    findings: &'a mut Vec<Finding>,
    deadline: Instant,
    tries: usize,
}

impl Ruleset {
    /// Appends the findings in `text` by ascending start.
    ///
    /// # Errors
    /// `Timeout` when `deadline` passes first.
    pub fn scan(
        &self,
        text: &[u8],
        key_contexts: Contexts,
        deadline: Instant,
        scratch: &mut Scratch,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Unscanned> {
        let n_before = findings.len();
        let seen = &mut scratch.scan;
        let mut scan = Scan { rules: self, text, key_contexts, seen, findings, deadline, tries: 0 };
        scan.look();
        scan.try_anchors()?;
        scan.try_floating()?;
        if let Some(found) = findings.get_mut(n_before..) {
            found.sort_unstable_by_key(|one| (one.start, one.end, one.rule));
        }
        Ok(())
    }

    /// Which context words a key holds: those of an attribute, or of a JSON object.
    pub fn contexts(&self, key: &[u8], scratch: &mut Scratch) -> Contexts {
        let ScanScratch { hits, find, .. } = &mut scratch.scan;
        hits.clear();
        let LiteralSet { automaton, owners } = &self.surroundings;
        automaton.find(key, hits, find);
        let mut contexts = 0;
        for &hit in hits.iter() {
            for owner in owners.of(hit.literal) {
                if let Owner::Context(set) = *owner
                    && context::is_word(key, automaton.start(key, hit), hit.end as usize)
                {
                    contexts |= 1 << set;
                }
            }
        }
        contexts
    }
}

impl Scratch {
    /// What is known of the text that will be scanned next, or one much like it.
    pub fn recall(&mut self, rules: &Ruleset, found: Found<'_>) {
        self.scan.last.set(rules, found);
    }

    /// Whether the text scanned last has a token that may be base64 or hex.
    pub(crate) fn may_be_encoded(&self) -> bool {
        self.scan.anchors.may_be_encoded
    }

    /// Tokens of the text scanned last, all those that may be base64 or hex among them. To be put
    /// back.
    pub(crate) fn take_tokens(&mut self) -> Vec<Range<usize>> {
        std::mem::take(&mut self.scan.anchors.tokens)
    }

    pub(crate) fn put_tokens(&mut self, tokens: Vec<Range<usize>>) {
        self.scan.anchors.tokens = tokens;
    }
}

impl Scan<'_> {
    /// Stage one: everything worth a closer look.
    fn look(&mut self) {
        let (rules, text, seen) = (self.rules, self.text, &mut *self.seen);
        seen.clear();
        let LiteralSet { automaton, owners } = &rules.triggers;
        seen.last.find(rules, text, &mut seen.hits, &mut seen.find);
        for &hit in &seen.hits {
            for owner in owners.of(hit.literal) {
                match *owner {
                    Owner::Anchor(rule) | Owner::Phrase(rule) => {
                        let start = automaton.start(text, hit) as u32;
                        seen.anchors.add(Anchor { start, end: hit.end, rule });
                    }
                    Owner::Keyword(rule) if !seen.gates.contains(&rule) => seen.gates.push(rule),
                    _ => {}
                }
            }
        }
        seen.anchors.add_runs(text, &rules.runs, rules.runs.token_bytes_min(text.len()));
        seen.anchors.add_lone_words(text, &rules.runs);
    }

    /// Stage two: the rules at their anchors, from left to right.
    fn try_anchors(&mut self) -> Result<(), Unscanned> {
        self.seen.anchors.sort();
        let mut i = 0;
        while let Some(anchor) = self.seen.anchors.get(i) {
            i += 1;
            if !self.seen.anchors.is_open(anchor) {
                continue;
            }
            self.tick()?;
            let Some(rule) = self.rules.rule(anchor.rule) else { continue };
            match &rule.matcher {
                Matcher::Detector(detect) => {
                    let site = Site {
                        text: self.text,
                        start: anchor.start as usize,
                        end: anchor.end as usize,
                    };
                    self.detector(anchor, rule, |matches| detect(&site, matches));
                }
                Matcher::Regex(regex) => self.regex(anchor, rule, regex),
                Matcher::Phrases { whole_words } => self.phrase(anchor, rule, *whole_words),
            }
        }
        Ok(())
    }

    fn detector(&mut self, anchor: Anchor, rule: &Rule, detect: impl FnOnce(&mut Matches)) {
        let mut matches = std::mem::take(&mut self.seen.matches);
        matches.found.clear();
        matches.barren_until = 0;
        detect(&mut matches);
        // One may reach back into what was found before: `a@b.com-c@d.com` are two addresses.
        for one in &matches.found {
            self.seen.anchors.close(anchor.rule, one.end);
            self.found((anchor.rule, rule), (one.start, one.end), one.score);
        }
        self.seen.anchors.close(anchor.rule, matches.barren_until);
        self.seen.matches = matches;
    }

    fn regex(&mut self, anchor: Anchor, rule: &Rule, regex: &RegexRule) {
        if regex.is_gated && !self.seen.gates.contains(&anchor.rule) {
            return;
        }
        if let Some(matched) = regex.at(self.text, anchor.start as usize) {
            self.seen.anchors.close(anchor.rule, matched.end);
            self.found((anchor.rule, rule), matched.group, rule.score);
        }
    }

    fn phrase(&mut self, anchor: Anchor, rule: &Rule, whole_words: bool) {
        let (start, end) = (anchor.start as usize, anchor.end as usize);
        if !whole_words || context::is_whole(self.text, start, end) {
            self.found((anchor.rule, rule), (start, end), rule.score);
        }
    }

    /// Rules that may match anywhere.
    fn try_floating(&mut self) -> Result<(), Unscanned> {
        let floating = &self.rules.floating;
        for &index in &floating.gated {
            if self.seen.gates.contains(&index) {
                self.search(index)?;
            }
        }
        floating.open_for(self.text).iter().try_for_each(|&index| self.search(index))
    }

    fn search(&mut self, index: RuleIndex) -> Result<(), Unscanned> {
        let Some(rule) = self.rules.rule(index) else { return Ok(()) };
        let Matcher::Regex(regex) = &rule.matcher else { return Ok(()) };
        let mut from = 0;
        while let Some((start, matched)) = regex.next(self.text, from) {
            // Refused ones too: each may have been as long as the text.
            self.tick()?;
            from = matched.map_or(start + 1, |matched| matched.end);
            if let Some(matched) = matched {
                self.found((index, rule), matched.group, rule.score);
            }
        }
        Ok(())
    }

    /// Weighs a match by its context, and notes it if it is sure enough.
    fn found(&mut self, (index, rule): (RuleIndex, &Rule), range: (usize, usize), score: u8) {
        let ScanScratch { surroundings, hits, find, .. } = &mut *self.seen;
        if rule.context.is_some() || rule.negative_context.is_some() {
            surroundings.look(self.rules, self.text, range, (hits, find));
        }
        let sets = (rule.context, rule.negative_context);
        let near = surroundings.weigh(sets, self.text, range);
        let mut score = score.min(100);
        if near.raises || self.has_key_context(rule.context) {
            score = (score + CONTEXT_BONUS).min(100);
        }
        if near.lowers || self.has_key_context(rule.negative_context) {
            score = score.saturating_sub(CONTEXT_MALUS);
        }
        let (start, end) = range;
        let surroundings = &mut self.seen.surroundings;
        if score >= rule.flag_at
            && start < end
            && !surroundings.has_mark(self.rules, self.text, start, end)
        {
            self.findings.push(Finding { start, end, rule: index, score });
        }
    }

    fn has_key_context(&self, set: Option<u8>) -> bool {
        set.is_some_and(|set| self.key_contexts >> set & 1 == 1)
    }

    fn tick(&mut self) -> Result<(), Unscanned> {
        self.tries += 1;
        if self.tries.is_multiple_of(TRIES_PER_LOOK) && Instant::now() > self.deadline {
            return Err(Unscanned::Timeout);
        }
        Ok(())
    }
}

impl ScanScratch {
    fn clear(&mut self) {
        self.hits.clear();
        self.anchors.clear();
        self.surroundings.clear();
        self.gates.clear();
    }
}
