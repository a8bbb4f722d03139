//! One of the texts looked at, at the places where rules start.

use std::ops::Range;

use crate::detect::Site;
use crate::rules::{LiteralSet, LoneWord, Matcher, Owner, Rule, Ruleset};
use crate::text::{CONTEXT_BONUS, Contexts, Matches, ScanScratch, context};

use super::super::anchors::Anchor;
use super::{Form, QUOTE, Stretch};

/// What may stand between the strings of JSON.
const BETWEEN_STRINGS: &[u8] = b" \t\r\n{}[],:0123456789+-.eEtrufalsn";

/// One of the texts.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    rules: &'a Ruleset,
    text: &'a [u8],
    /// Where the text begins among all.
    start: u32,
    form: Form,
    key_contexts: Contexts,
}

impl<'a> Look<'a> {
    pub fn new(rules: &'a Ruleset, text: &'a [u8], stretch: &Stretch) -> Self {
        let text = text.get(stretch.start as usize..stretch.end as usize).unwrap_or_default();
        let Stretch { start, form, key_contexts, .. } = *stretch;
        Self { rules, text, start, form, key_contexts }
    }

    /// Whether the whole text may be one leaf.
    fn may_be_leaf(&self) -> bool {
        matches!(self.form, Form::Plain | Form::MayBeJson)
    }

    /// Whether the rule finds something here, in the text or in the leaf around.
    pub fn may_find(&self, anchor: Anchor, seen: &mut ScanScratch) -> bool {
        let Some(rule) = self.rules.rule(anchor.rule) else { return false };
        let (start, end) = (anchor.start as usize, anchor.end as usize);
        if self.may_be_leaf() && self.finds(rule, self.text, (start, end), seen) {
            return true;
        }
        let found = self.text.get(start..end).unwrap_or_default();
        if self.form == Form::Plain || memchr::memchr(self.quote(), found).is_some() {
            return false;
        }
        let is_leaf =
            |(leaf, _): &(&[u8], usize)| self.form == Form::Json || !crate::json::may_be_json(leaf);
        match self.string(start, end, seen).filter(is_leaf) {
            Some((leaf, from)) => self.finds(rule, leaf, (start - from, end - from), seen),
            // A number, or a string in which there may be other strings.
            None => true,
        }
    }

    fn finds(
        &self,
        rule: &Rule,
        text: &[u8],
        (start, end): (usize, usize),
        seen: &mut ScanScratch,
    ) -> bool {
        match &rule.matcher {
            Matcher::Phrases { whole_words } => {
                (!whole_words || context::is_whole(text, start, end))
                    && self.is_enough(rule, rule.score, seen)
            }
            Matcher::Regex(regex) => {
                regex.at(text, start).is_some() && self.is_enough(rule, rule.score, seen)
            }
            Matcher::Detector(detect) => {
                let matches: &mut Matches = &mut seen.matches;
                matches.found.clear();
                detect(&Site { text, start, end }, matches);
                let best = matches.found.iter().map(|one| one.score).max();
                best.is_some_and(|score| self.is_enough(rule, score, seen))
            }
        }
    }

    /// Whether a match with this score may be told, with all that is said around it.
    fn is_enough(&self, rule: &Rule, score: u8, seen: &mut ScanScratch) -> bool {
        score >= rule.flag_at
            || score.saturating_add(CONTEXT_BONUS) >= rule.flag_at
                && rule
                    .context
                    .is_some_and(|set| self.key_contexts >> set & 1 == 1 || self.says(set, seen))
    }

    /// Whether a context word of the set stands anywhere in the text.
    fn says(&self, set: u8, seen: &mut ScanScratch) -> bool {
        let known = seen.said.filter(|&(start, _)| start == self.start);
        let (_, said) = known.unwrap_or_else(|| (self.start, self.all_said(seen)));
        seen.said = Some((self.start, said));
        said >> set & 1 == 1
    }

    /// The sets of all context words in the text.
    fn all_said(&self, seen: &mut ScanScratch) -> Contexts {
        let LiteralSet { automaton, owners } = &self.rules.surroundings;
        seen.around.clear();
        automaton.find(self.text, &mut seen.around, &mut seen.find);
        let around = seen.around.iter().flat_map(|hit| owners.of(hit.literal));
        around.fold(0, |said, owner| match *owner {
            Owner::Context(set) => said | 1 << set,
            _ => said,
        })
    }

    /// What stands between the quotes around these bytes, and where it begins. None if they are
    /// not inside of a string.
    fn string(
        &self,
        start: usize,
        end: usize,
        seen: &mut ScanScratch,
    ) -> Option<(&'a [u8], usize)> {
        let holds = |one: &(u32, Range<usize>)| {
            one.0 == self.start && one.1.start <= start && end <= one.1.end
        };
        if !seen.string.as_ref().is_some_and(holds) {
            seen.string = Some((self.start, self.string_around(start, end)?));
        }
        let (_, range) = seen.string.clone()?;
        Some((self.text.get(range.clone())?, range.start))
    }

    fn string_around(&self, start: usize, end: usize) -> Option<Range<usize>> {
        let quote = self.quote();
        let before = self.text.get(..start)?;
        let from = memchr::memrchr(quote, before)? + 1;
        let until = end + memchr::memchr(quote, self.text.get(end..)?)?;
        let is_inside =
            !self.text.get(from..until)?.iter().all(|byte| BETWEEN_STRINGS.contains(byte))
                || memchr::memchr_iter(quote, before).count() % 2 == 1;
        is_inside.then_some(from..until)
    }

    /// Whether the rule finds a text that is one word, or a leaf that is.
    pub fn may_be_lone_word(
        &self,
        word: &LoneWord,
        contexts: Contexts,
        seen: &mut ScanScratch,
    ) -> bool {
        let Some(rule) = self.rules.rule(word.rule) else { return false };
        let has_context = rule.context.is_some_and(|set| contexts >> set & 1 == 1);
        let bonus = if has_context { CONTEXT_BONUS } else { 0 };
        word.score.saturating_add(bonus) >= rule.flag_at
            && (self.may_be_leaf() && self.is_found(word, self.text, seen)
                || self.form != Form::Plain
                    && self.any_leaf(word.token_bytes_min, |leaf| self.is_found(word, leaf, seen)))
    }

    fn is_found(&self, word: &LoneWord, text: &[u8], seen: &mut ScanScratch) -> bool {
        let Some(rule) = self.rules.rule(word.rule).filter(|_| word.is(text)) else { return false };
        let (mut runs, mut is_found) = (std::mem::take(&mut seen.runs), false);
        runs.read(text);
        runs.tokens(text, word.token_bytes_min, |token| {
            is_found |= self.finds(rule, text, (token.start, token.end), seen);
        });
        seen.runs = runs;
        is_found
    }

    /// Whether something of `len_min` bytes or more that may be a leaf `is_it`: what stands
    /// between quotes, and numbers, also those of JSON there.
    fn any_leaf(&self, len_min: usize, mut is_it: impl FnMut(&'a [u8]) -> bool) -> bool {
        let (mut from, mut is_string) = (0, false);
        let ends = memchr::memchr_iter(self.quote(), self.text).chain([self.text.len()]);
        for end in ends {
            let part = self.text.get(from..end).unwrap_or_default();
            let mut numbers = part.split(|byte| b" \t\r\n{}[],:".contains(byte));
            let has_numbers = !is_string || crate::json::may_be_json(part);
            if part.len() >= len_min
                && (is_string && is_it(part) || has_numbers && numbers.any(&mut is_it))
            {
                return true;
            }
            (from, is_string) = (end + 1, !is_string);
        }
        false
    }

    fn quote(&self) -> u8 {
        if self.form == Form::Json { QUOTE } else { b'"' }
    }
}
