//! Rules by regular expression: bytes, ASCII classes, no look-around, size limits.

use regex_automata::meta::{self, Regex};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::Hir;

use super::RuleIndex;
use super::lead::Lead;
use crate::detect::look::{at, before};
use crate::detect::{Validate, validator};
use crate::document;

/// A pattern that compiles to more than this is refused.
const NFA_BYTES_MAX: usize = 2 << 20;
const CACHE_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct RegexRule {
    regex: Regex,
    lead: Lead,
    group: usize,
    boundary: bool,
    validators: Vec<Validate>,
    min_entropy: f64,
    /// It is tried only where a keyword occurs.
    pub is_gated: bool,
}

/// A match: all of it, and what is to be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Matched {
    pub end: usize,
    pub group: (usize, usize),
}

/// How every expression here is read.
fn syntax(ignore_case: bool) -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false).case_insensitive(ignore_case).nest_limit(100)
}

/// The syntax tree of an expression, if it is valid.
pub(super) fn parsed(pattern: &str, ignore_case: bool) -> Option<Hir> {
    syntax::parse_with(pattern, &syntax(ignore_case)).ok()
}

/// Options that every expression here is compiled with.
pub(crate) fn builder(ignore_case: bool) -> meta::Builder {
    let mut builder = Regex::builder();
    let config = Regex::config()
        .utf8_empty(false)
        .nfa_size_limit(Some(NFA_BYTES_MAX))
        .hybrid_cache_capacity(CACHE_BYTES);
    builder.syntax(syntax(ignore_case)).configure(config);
    builder
}

impl RegexRule {
    /// # Errors
    /// A sentence about what is wrong with the rule.
    pub fn new(rule: &document::Regex) -> Result<Self, String> {
        let regex = builder(rule.ignore_case)
            .build(&rule.pattern)
            .map_err(|error| describe(&rule.pattern, &error))?;
        if regex.is_match(Input::new(b"").anchored(Anchored::Yes)) {
            return Err("the expression matches the empty text".to_owned());
        }
        if rule.group >= regex.captures_len() {
            return Err(format!("the expression has no group {}", rule.group));
        }
        let validators = rule
            .validators
            .iter()
            .map(|name| validator(name).ok_or_else(|| format!("there is no validator {name}")));
        Ok(Self {
            group: rule.group,
            boundary: rule.boundary,
            validators: validators.collect::<Result<_, _>>()?,
            min_entropy: rule.min_entropy,
            is_gated: !rule.keywords.is_empty(),
            lead: Lead::new(&rule.pattern, rule.ignore_case),
            regex,
        })
    }

    /// The acceptable match that starts right here.
    pub fn at(&self, text: &[u8], start: usize) -> Option<Matched> {
        // Cheaper than the expression, which mostly is not tried then.
        if self.boundary && is_word(before(text, start, 1))
            || !self.lead.may_start(text.get(start..)?)
        {
            return None;
        }
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        let end = self.regex.search(&input)?.end();
        self.accepted(text, start, end)
    }

    /// Where the next match from `from` on starts, and the match if it is acceptable.
    pub fn next(&self, text: &[u8], from: usize) -> Option<(usize, Option<Matched>)> {
        let found = self.regex.search(&Input::new(text).range(from..))?;
        Some((found.start(), self.accepted(text, found.start(), found.end())))
    }

    fn accepted(&self, text: &[u8], start: usize, end: usize) -> Option<Matched> {
        let is_cut = self.boundary && (is_word(before(text, start, 1)) || is_word(at(text, end)));
        if end <= start || is_cut {
            return None;
        }
        let group = match self.group {
            0 => (start, end),
            group => self.group(text, (start, end), group)?,
        };
        let replaced = text.get(group.0..group.1).unwrap_or_default();
        let is_valid = !replaced.is_empty()
            && self.validators.iter().all(|validate| validate(replaced))
            && (self.min_entropy <= 0.0 || entropy(replaced) >= self.min_entropy);
        is_valid.then_some(Matched { end, group })
    }

    fn group(&self, text: &[u8], found: (usize, usize), group: usize) -> Option<(usize, usize)> {
        let mut slots = vec![None; 2 * (group + 1)];
        let input = Input::new(text).range(found.0..).anchored(Anchored::Yes);
        self.regex.search_slots(&input, &mut slots)?;
        let at = |slot: usize| slots.get(slot).copied().flatten().map(|slot| slot.get());
        Some((at(2 * group)?, at(2 * group + 1)?))
    }

    pub fn memory_bytes(&self) -> usize {
        self.regex.memory_usage() + self.lead.memory_bytes()
    }
}

/// Expressions without a literal to start from.
#[derive(Debug, Default)]
pub(crate) struct Floating {
    /// Tried where a keyword of theirs occurs.
    pub gated: Vec<RuleIndex>,
    /// Tried in every text in which `any` finds something.
    pub open: Vec<RuleIndex>,
    /// One for all that are open, to find out with one pass whether it is worth going on.
    any: Option<Regex>,
}

impl Floating {
    /// `open` with their expressions, each of which compiles by itself.
    pub fn new(gated: Vec<RuleIndex>, open: &[(RuleIndex, String)]) -> Self {
        let patterns: Vec<&str> = open.iter().map(|(_, pattern)| pattern.as_str()).collect();
        let any = match patterns.len() {
            // One alone is searched for at once.
            0 | 1 => None,
            _ => builder(false).build_many(&patterns).ok(),
        };
        Self { gated, open: open.iter().map(|&(rule, _)| rule).collect(), any }
    }

    /// The open rules, if one of them may match.
    pub fn open_for(&self, text: &[u8]) -> &[RuleIndex] {
        match &self.any {
            Some(any) if !any.is_match(text) => &[],
            _ => &self.open,
        }
    }

    pub fn memory_bytes(&self) -> usize {
        self.any.as_ref().map_or(0, Regex::memory_usage)
    }
}

fn describe(pattern: &str, error: &meta::BuildError) -> String {
    if let Some(error) = error.syntax_error() {
        // The library's own text shows the pattern over several lines.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        return format!("the expression is not valid: {reason}");
    }
    match error.size_limit() {
        Some(_) => format!("the expression of {} bytes needs too much memory", pattern.len()),
        None => "the expression cannot be compiled".to_owned(),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Shannon entropy in bits per byte.
pub fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in text {
        if let Some(count) = counts.get_mut(byte as usize) {
            *count += 1;
        }
    }
    let n = text.len() as f64;
    let bits = counts.iter().filter(|&&count| count > 0).map(|&count| {
        let share = f64::from(count) / n;
        -share * share.log2()
    });
    bits.sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn rule(pattern: &str, change: impl FnOnce(&mut document::Regex)) -> RegexRule {
        let mut rule: document::Regex =
            serde_json::from_value(serde_json::json!({ "pattern": pattern })).unwrap();
        change(&mut rule);
        RegexRule::new(&rule).unwrap()
    }

    #[test]
    fn a_boundary_rules_out_neighbouring_word_characters() {
        let rule = rule("key-[0-9]+", |rule| rule.boundary = true);
        assert!(rule.at(b"key-12", 0).is_some());
        assert!(rule.at(b"xkey-12", 1).is_none());
        assert!(rule.at(b"key-12_", 0).is_none());
        assert_eq!(rule.next(b"xkey-1 key-2", 0).unwrap(), (1, None));
        assert_eq!(rule.next(b"xkey-1 key-2", 2).unwrap().0, 7);
        assert!(rule.next(b"xkey-1 key-2", 2).unwrap().1.is_some());
    }

    #[test]
    fn only_the_group_is_replaced() {
        let rule = rule("pass=([a-z]+);", |rule| rule.group = 1);
        assert_eq!(rule.at(b"pass=abc;", 0).unwrap(), Matched { end: 9, group: (5, 8) });
    }

    #[test]
    fn refuses_what_matches_nothing_and_what_has_no_such_group() {
        let new = |json| RegexRule::new(&serde_json::from_value(json).unwrap()).unwrap_err();
        assert!(new(serde_json::json!({"pattern": "a*"})).contains("empty"));
        assert!(new(serde_json::json!({"pattern": "a", "group": 1})).contains("no group 1"));
        assert!(new(serde_json::json!({"pattern": "a(?=b)"})).contains("not valid"));
        assert!(new(serde_json::json!({"pattern": "(a{1000}){1000}"})).contains("memory"));
    }

    #[test]
    fn entropy_is_that_of_shannon() {
        assert!((entropy(b"aaaa") - 0.0).abs() < 1e-9);
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-9);
    }
}
