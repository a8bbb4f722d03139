//! A quick look at a text as a whole, which mostly shows that there is nothing to find.

use crate::detect::Site;
use crate::rules::{LiteralSet, LoneWord, Matcher, Owner, RuleIndex, Ruleset};
use crate::runs;
use crate::text::Scratch;

use super::anchors::Anchor;
use super::{CONTEXT_BONUS, Contexts, Matches, ScanScratch, context};

/// A text with more places to try is looked at in full, with an eye on the clock.
const TRIES_MAX: usize = 128;

/// What a quick look shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// No rule matches anywhere.
    None,
    /// As `None`, but a string of the JSON may go on in another one.
    Seams,
    /// Some rule may find something.
    Some,
}

/// How a text falls into leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// It is one.
    Plain,
    /// It is one or, if it is JSON, they are what stands between two quotes: none is escaped.
    MayBeJson,
    /// JSON with its strings decoded and, in place of the quotes around them, `QUOTE`.
    Json,
}

/// No valid JSON holds it.
pub(crate) const QUOTE: u8 = 0;

/// One look at one text.
#[derive(Clone, Copy)]
struct Look<'a> {
    rules: &'a Ruleset,
    text: &'a [u8],
    form: Form,
    key_contexts: Contexts,
}

impl Ruleset {
    /// Whether a rule may find something in `text` or in one of its strings or numbers. Only
    /// `Suspicion::None` and `Seams` are sure (of `Form::Json` seams are not looked at). `text` is
    /// folded, without backslashes and without percent codes. What is encoded in it is not
    /// looked at: see `hides_text`.
    pub(crate) fn suspect(
        &self,
        text: &[u8],
        form: Form,
        key_contexts: Contexts,
        scratch: &mut Scratch,
    ) -> Suspicion {
        if !self.floating.open.is_empty() {
            return Suspicion::Some;
        }
        let seen = &mut scratch.scan;
        seen.clear();
        let look = Look { rules: self, text, form, key_contexts };
        let Some(has_seams) = look.find_triggers(seen) else { return Suspicion::Some };
        // Lone words are looked for by leaves.
        seen.anchors.add_runs(text, &self.runs, self.runs.token_bytes_min(usize::MAX));
        let mut matches = std::mem::take(&mut seen.matches);
        let is_suspect = seen.anchors.len() > TRIES_MAX
            || seen.anchors.iter().any(|anchor| look.may_match(anchor, &mut matches))
            || look.may_be_lone_word(&mut matches);
        seen.matches = matches;
        match is_suspect {
            true => Suspicion::Some,
            false if has_seams => Suspicion::Seams,
            false => Suspicion::None,
        }
    }
}

impl<'a> Look<'a> {
    /// Collects the literals where rules look closer; whether there are strings that may go on
    /// in another one. None if a rule may match anywhere, since a keyword of it occurs.
    fn find_triggers(&self, seen: &mut ScanScratch) -> Option<bool> {
        let LiteralSet { automaton, owners } = &self.rules.triggers;
        automaton.find(self.text, &mut seen.hits, &mut seen.find);
        let (mut n_contents, mut n_texts) = (0, 0);
        for &hit in &seen.hits {
            for owner in owners.of(hit.literal) {
                match *owner {
                    Owner::Anchor(rule) | Owner::Phrase(rule) => {
                        let start = automaton.start(self.text, hit) as u32;
                        seen.anchors.add(Anchor { start, end: hit.end, rule });
                    }
                    Owner::Keyword(rule) if self.rules.floating.gated.contains(&rule) => {
                        return None;
                    }
                    Owner::PartKey { is_content: true } => n_contents += 1,
                    Owner::PartKey { is_content: false } => n_texts += 1,
                    _ => {}
                }
            }
        }
        Some(self.form == Form::MayBeJson && (n_contents > 1 || n_texts > 1))
    }

    /// Whether the whole text may be one.
    fn may_be_leaf(&self) -> bool {
        self.form != Form::Json
    }

    /// What stands around strings.
    fn quote(&self) -> Option<u8> {
        match self.form {
            Form::Plain => None,
            Form::MayBeJson => Some(b'"'),
            Form::Json => Some(QUOTE),
        }
    }

    /// Whether the rule matches here in the leaf around.
    fn may_match(&self, anchor: Anchor, matches: &mut Matches) -> bool {
        let (start, end) = (anchor.start as usize, anchor.end as usize);
        if self.may_be_leaf() && self.matches(anchor.rule, self.text, (start, end), matches) {
            return true;
        }
        let Some(quote) = self.quote() else { return false };
        match self.leaf(quote, start, end) {
            Some((leaf, from)) => {
                self.matches(anchor.rule, leaf, (start - from, end - from), matches)
            }
            // A number, or a string in which there may be numbers.
            None => true,
        }
    }

    fn matches(
        &self,
        rule: RuleIndex,
        text: &[u8],
        (start, end): (usize, usize),
        matches: &mut Matches,
    ) -> bool {
        match self.rules.rule(rule).map(|rule| &rule.matcher) {
            None => false,
            Some(Matcher::Phrases { whole_words }) => {
                !whole_words || context::is_whole(text, start, end)
            }
            Some(Matcher::Regex(regex)) => regex.at(text, start).is_some(),
            Some(Matcher::Detector(detect)) => {
                matches.found.clear();
                detect(&Site { text, start, end }, matches);
                !matches.found.is_empty()
            }
        }
    }

    /// What stands between the quotes around a stretch, and where it begins. None if the
    /// stretch is not inside quotes, or what is may be JSON itself.
    fn leaf(&self, quote: u8, start: usize, end: usize) -> Option<(&'a [u8], usize)> {
        let n_quotes = memchr::memchr_iter(quote, self.text.get(..start)?).count();
        let from = memchr::memrchr(quote, self.text.get(..start)?)? + 1;
        let until = end + memchr::memchr(quote, self.text.get(end..)?)?;
        let leaf = self.text.get(from..until)?;
        (n_quotes % 2 == 1 && !crate::json::may_be_json(leaf)).then_some((leaf, from))
    }

    /// Whether a rule finds a text that is one word, or matches a leaf that is.
    fn may_be_lone_word(&self, matches: &mut Matches) -> bool {
        self.rules.runs.lone_words.iter().any(|word| {
            self.may_be_leaf()
                && word.score >= self.score_needed(word.rule)
                && self.is_lone_word(word, self.text, matches)
                || self.quote().is_some_and(|quote| {
                    self.strings(quote).any(|leaf| self.is_lone_word(word, leaf, matches))
                })
        })
    }

    /// What stands between quotes.
    fn strings(&self, quote: u8) -> impl Iterator<Item = &'a [u8]> {
        let text = self.text;
        let mut quotes = memchr::memchr_iter(quote, text);
        std::iter::from_fn(move || text.get(quotes.next()? + 1..quotes.next()?))
    }

    fn is_lone_word(&self, word: &LoneWord, text: &[u8], matches: &mut Matches) -> bool {
        let mut found = false;
        if word.is(text) {
            runs::tokens(text, word.token_bytes_min, |token| {
                found |= self.matches(word.rule, text, (token.start, token.end), matches);
            });
        }
        found
    }

    /// What a match of all of the text, which has no context but its key, must score.
    fn score_needed(&self, rule: RuleIndex) -> u8 {
        let Some(rule) = self.rules.rule(rule) else { return 0 };
        let has_context = rule.context.is_some_and(|set| self.key_contexts >> set & 1 == 1);
        rule.flag_at.saturating_sub(if has_context { CONTEXT_BONUS } else { 0 })
    }
}
