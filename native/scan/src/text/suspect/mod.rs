//! One look at many texts at once, which mostly shows that there is nothing to find.

mod look;

use std::ops::Range;

use crate::automaton::Hit;
use crate::rules::{Owner, RuleIndex, Ruleset, Run};
use crate::text::Scratch;

use super::Contexts;
use super::anchors::{Anchor, ENCODED_BYTES_MIN};
use look::Look;

/// A text with more places to try is looked at in full, with an eye on the clock.
const TRIES_MAX: u8 = 128;

/// What the look shows of one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suspicion {
    /// No rule finds anything.
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
    /// It is JSON, and they are what stands between two quotes.
    Quoted,
    /// JSON with its strings decoded and, in place of the quotes around them, `QUOTE`; behind it
    /// strings of other readings. Also a text that can be read in several ways, as strings.
    Json,
}

/// No valid JSON holds it, and no run.
pub(crate) const QUOTE: u8 = 0;

/// One of the texts, which stand one after the other with a `QUOTE` after each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub start: u32,
    pub end: u32,
    pub form: Form,
    pub key_contexts: Contexts,
    pub suspicion: Suspicion,
    /// It is the one string of a value that is not known.
    pub is_framed: bool,
    /// Those sets of context words of which one occurs that lone words ask for.
    said: Contexts,
    n_tries: u8,
    /// How often `content` and `text` are keys of it.
    n_parts: [u8; 2],
}

impl Stretch {
    pub fn new(range: std::ops::Range<usize>, form: Form, key_contexts: Contexts) -> Self {
        let (start, end) = (range.start as u32, range.end as u32);
        let suspicion = Suspicion::None;
        Self {
            start,
            end,
            form,
            key_contexts,
            suspicion,
            is_framed: false,
            said: 0,
            n_tries: 0,
            n_parts: [0; 2],
        }
    }

    /// Counts a key of a message; its string may go on under the next one.
    pub fn add_part(&mut self, is_content: bool) {
        let [n_texts, n_contents] = &mut self.n_parts;
        let n = if is_content { n_contents } else { n_texts };
        *n = n.saturating_add(1);
        if *n > 1 {
            self.raise(Suspicion::Seams);
        }
    }

    /// Of what was counted so far.
    pub fn has_seams(&self) -> bool {
        self.suspicion == Suspicion::Seams
    }

    fn raise(&mut self, suspicion: Suspicion) {
        self.suspicion = self.suspicion.max(suspicion);
    }
}

impl Ruleset {
    /// Puts what is found of the rules' triggers in the place of `hits`, and sets the suspicion of
    /// each stretch of `text`: whether a rule may find something in it or
    /// in one of its strings or numbers. Only `None` and `Seams` are sure; keys of messages in
    /// `Form::Json` have to be counted before. The texts are folded; what else they can be read as
    /// stands in them, too.
    pub(crate) fn suspect(
        &self,
        text: &[u8],
        stretches: &mut [Stretch],
        hits: &mut Vec<Hit>,
        scratch: &mut Scratch,
    ) {
        hits.clear();
        if !self.floating.open.is_empty() {
            stretches.iter_mut().for_each(|stretch| stretch.raise(Suspicion::Some));
            return;
        }
        (scratch.scan.said, scratch.scan.string) = (None, None);
        self.triggers.automaton.find(text, hits, &mut scratch.scan.find);
        let mut sweep = Sweep { rules: self, text, stretches, scratch, last: 0 };
        for &hit in &*hits {
            let start = self.triggers.automaton.start(text, hit);
            sweep.literal(hit.literal, start, hit.end as usize);
        }
        sweep.runs();
        sweep.lone_words();
    }
}

/// All texts, with what is seen in them by and by.
struct Sweep<'a> {
    rules: &'a Ruleset,
    text: &'a [u8],
    stretches: &'a mut [Stretch],
    scratch: &'a mut Scratch,
    /// Position of the stretch asked for last.
    last: usize,
}

impl<'a> Sweep<'a> {
    /// The stretch that holds these bytes, unless it is known to be suspect.
    fn stretch(&mut self, start: usize, end: usize) -> Option<&mut Stretch> {
        let holds = |one: &Stretch| one.start as usize <= start && end <= one.end as usize;
        if !self.stretches.get(self.last).is_some_and(holds) {
            self.last = self.stretches.partition_point(|one| (one.end as usize) < end);
        }
        let stretch = self.stretches.get_mut(self.last)?;
        (holds(stretch) && stretch.suspicion != Suspicion::Some).then_some(stretch)
    }

    fn literal(&mut self, literal: u32, start: usize, end: usize) {
        for &owner in self.rules.triggers.owners.of(literal) {
            let rules = self.rules;
            let Some(stretch) = self.stretch(start, end) else { return };
            match owner {
                Owner::Anchor(rule) | Owner::Phrase(rule) => self.attempt(rule, start, end),
                // It may match anywhere.
                Owner::Keyword(rule) if rules.floating.gated.contains(&rule) => {
                    stretch.raise(Suspicion::Some);
                }
                Owner::PartKey { is_content }
                    if matches!(stretch.form, Form::MayBeJson | Form::Quoted) =>
                {
                    stretch.add_part(is_content);
                }
                Owner::Context(set) => stretch.said |= 1 << set,
                _ => {}
            }
        }
    }

    fn runs(&mut self) {
        let (rules, text) = (&self.rules.runs, self.text);
        let mut runs = std::mem::take(&mut self.scratch.scan.runs);
        runs.read(text);
        // Lone words are looked for by leaves.
        let token_bytes_min = rules.token_bytes_min(usize::MAX);
        rules.each(text, &runs, token_bytes_min, |run, Range { start, end }| match run {
            Run::Of(rule) => self.attempt(rule, start, end),
            Run::Token { n_bytes } if n_bytes >= ENCODED_BYTES_MIN => self.encoded(start, end),
            Run::Token { .. } => {}
        });
        self.scratch.scan.runs = runs;
    }

    fn encoded(&mut self, start: usize, end: usize) {
        let Some(_) = self.stretch(start, end) else { return };
        let token = self.text.get(start..end).unwrap_or_default();
        let hides_text = self.rules.hides_text(token, self.scratch);
        self.conclude(hides_text);
    }

    /// Rules for texts that are one word.
    fn lone_words(&mut self) {
        for stretch in self.stretches.iter_mut().filter(|one| one.suspicion != Suspicion::Some) {
            let look = Look::new(self.rules, self.text, stretch);
            let contexts = stretch.key_contexts | stretch.said;
            let mut words = self.rules.runs.lone_words.iter();
            if words.any(|word| look.may_be_lone_word(word, contexts, &mut self.scratch.scan)) {
                stretch.raise(Suspicion::Some);
            }
        }
    }

    /// Tries a rule at one place.
    fn attempt(&mut self, rule: RuleIndex, start: usize, end: usize) {
        let (rules, text) = (self.rules, self.text);
        let Some(stretch) = self.stretch(start, end) else { return };
        stretch.n_tries += 1;
        let (mut stretch, begin) = (*stretch, stretch.start);
        let anchor = Anchor { start: start as u32 - begin, end: end as u32 - begin, rule };
        let may_find = |stretch: &Stretch, scratch: &mut Scratch| {
            stretch.n_tries > TRIES_MAX
                || Look::new(rules, text, stretch).may_find(anchor, &mut scratch.scan)
        };
        let mut is_suspect = may_find(&stretch, self.scratch);
        if is_suspect && stretch.form == Form::MayBeJson && self.is_json(&stretch) {
            // What was found may go over a quote.
            stretch.form = Form::Quoted;
            is_suspect = may_find(&stretch, self.scratch);
            if let Some(known) = self.stretches.get_mut(self.last) {
                known.form = Form::Quoted;
            }
        }
        self.conclude(is_suspect);
    }

    fn is_json(&mut self, stretch: &Stretch) -> bool {
        let text = self.text.get(stretch.start as usize..stretch.end as usize);
        self.rules.holds_json(text.unwrap_or_default(), self.scratch)
    }

    /// Of the stretch asked for last.
    fn conclude(&mut self, is_suspect: bool) {
        if let Some(stretch) = self.stretches.get_mut(self.last).filter(|_| is_suspect) {
            stretch.raise(Suspicion::Some);
        }
    }
}
