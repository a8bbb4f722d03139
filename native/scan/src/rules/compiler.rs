//! Compiles rule after rule, and collects what is wrong with them.

use std::collections::HashSet;

use super::literals::{Literals, Owner};
use super::prefixes::prefixes;
use super::regex::RegexRule;
use super::{DigitRule, LoneWord, Matcher, RuleError, RuleIndex, RunRules};
use crate::decide::allow::AllowList;
use crate::decide::canonical::Canonical;
use crate::decide::key::SecretKey;
use crate::detect::{self, Anchor};
use crate::document::{self, Action, HashFunction};
use crate::keys::KeyPlan;

/// `Contexts` has so many bits.
const CONTEXT_SETS_MAX: usize = 128;
const PHRASE_BYTES_MIN: usize = 2;
const PHRASE_BYTES_MAX: usize = 512;

pub(super) fn general(reason: String) -> RuleError {
    RuleError { rule: String::new(), reason }
}

/// What the compiler made of a rule.
pub(super) struct Compiled {
    pub matcher: Matcher,
    pub canonical: Canonical,
    pub allow: AllowList,
    pub context: Option<u8>,
    pub negative_context: Option<u8>,
}

#[derive(Default)]
pub(super) struct Compiler {
    pub problems: Vec<RuleError>,
    /// See `Ruleset`.
    pub triggers: Literals,
    pub surroundings: Literals,
    pub runs: RunRules,
    /// Rules by expression that have no literal to start from: those with keywords, and the
    /// others with their expressions.
    pub gated: Vec<RuleIndex>,
    pub open: Vec<(RuleIndex, String)>,
    /// The words of each set of context words.
    pub contexts: Vec<Vec<String>>,
    pub compiled: Vec<Compiled>,
    pub ids: HashSet<String>,
}

impl Compiler {
    pub fn problem(&mut self, rule: &str, reason: impl Into<String>) {
        self.problems.push(RuleError { rule: rule.to_owned(), reason: reason.into() });
    }

    pub fn key(&mut self, key: Option<&document::HmacKey>) -> Option<SecretKey> {
        match SecretKey::new(key?) {
            Ok(key) => Some(key),
            Err(reason) => {
                self.problem("", reason);
                None
            }
        }
    }

    pub fn allow(&mut self, rule: &str, allow: &document::Allow) -> AllowList {
        match AllowList::new(allow) {
            Ok(allow) => allow,
            Err(reason) => {
                self.problem(rule, reason);
                AllowList::default()
            }
        }
    }

    pub fn keys(&mut self, keys: &document::Keys) -> KeyPlan {
        KeyPlan::new(keys).unwrap_or_else(|problems| {
            self.problems.extend(problems);
            KeyPlan::default()
        })
    }

    pub fn check(&mut self, rule: &document::Rule, has_key: bool) {
        if !self.ids.insert(rule.id.clone()) {
            self.problem(&rule.id, "the id is given twice");
        }
        if rule.flag_at > rule.mask_at {
            self.problem(&rule.id, "flag_at must not lie above mask_at");
        }
        if !is_plain(&rule.label) || rule.label.is_empty() {
            self.problem(&rule.id, "the label must be letters, digits, `_`, `-` or `.`");
        }
        let is_writable = |text: &String| !text.contains(['"', '\\']) && !has_control(text);
        if !rule.replacement.as_ref().is_none_or(is_writable) {
            self.problem(&rule.id, "the replacement must hold no quote, backslash or control");
        }
        let actions = rule.scopes.iter().filter_map(|scope| scope.action);
        if !has_key && std::iter::once(rule.action).chain(actions).any(needs_key) {
            self.problem(&rule.id, "its action needs an HMAC key, and none is configured");
        }
        if rule.signal.as_ref().is_some_and(|signal| !(0.0..=1.0).contains(&signal.weight)) {
            self.problem(&rule.id, "the weight must lie in 0..1");
        }
    }

    pub fn rule(&mut self, index: RuleIndex, rule: &document::Rule) {
        let matcher = match &rule.matcher {
            document::Matcher::Detector(name) => self.detector(index, &rule.id, name),
            document::Matcher::Regex(regex) => self.regex(index, &rule.id, regex),
            document::Matcher::Phrases(phrases) => self.phrases(index, &rule.id, phrases),
        };
        let canonical = match &rule.matcher {
            document::Matcher::Detector(name) => Canonical::of_detector(name),
            _ => Canonical::AsFound,
        };
        let context = self.context_set(&rule.id, &rule.context);
        let negative_context = self.context_set(&rule.id, &rule.negative_context);
        self.trigger_lone_words(index, context);
        let allow = self.allow(&rule.id, &rule.allow);
        self.compiled.push(Compiled { matcher, canonical, allow, context, negative_context });
    }

    fn detector(&mut self, index: RuleIndex, id: &str, name: &str) -> Matcher {
        let Some(detector) = detect::detector(name) else {
            self.problem(id, format!("there is no detector {name}"));
            return Matcher::Phrases { whole_words: true };
        };
        for anchor in detector.anchors {
            match *anchor {
                Anchor::Literal(text) => self.triggers.add(text.as_bytes(), Owner::Anchor(index)),
                Anchor::Digits { least, joined_max } => {
                    self.runs.digits.push(DigitRule { least, joined_max, rule: index });
                }
                Anchor::Octets => self.runs.octets.push(index),
                Anchor::HexGroups => self.runs.hex_groups.push(index),
                Anchor::CountryCheck => self.runs.country_checks.push(index),
                Anchor::HexWord(n) => self.runs.hex_words.push((n, index)),
                Anchor::Word(n) => self.runs.words.push((n, index)),
                Anchor::LoneWord { token_bytes_min, text_bytes_max, score } => {
                    let rule = index;
                    let word = LoneWord { token_bytes_min, text_bytes_max, score, rule };
                    self.runs.lone_words.push(word);
                }
            }
        }
        Matcher::Detector(detector.detect)
    }

    fn regex(&mut self, index: RuleIndex, id: &str, rule: &document::Regex) -> Matcher {
        let compiled = match RegexRule::new(rule) {
            Ok(compiled) => compiled,
            Err(reason) => {
                self.problem(id, reason);
                return Matcher::Phrases { whole_words: true };
            }
        };
        match prefixes(&rule.pattern, rule.ignore_case) {
            Some(prefixes) => {
                for prefix in &prefixes {
                    self.triggers.add(prefix, Owner::Anchor(index));
                }
            }
            None if rule.keywords.is_empty() => {
                let flag = if rule.ignore_case { "i" } else { "" };
                self.open.push((index, format!("(?{flag}:{})", rule.pattern)));
            }
            None => self.gated.push(index),
        }
        for keyword in &rule.keywords {
            match keyword.trim().len() {
                0 => self.problem(id, "a keyword is empty"),
                _ => self.triggers.add(keyword.as_bytes(), Owner::Keyword(index)),
            }
        }
        Matcher::Regex(Box::new(compiled))
    }

    fn phrases(&mut self, index: RuleIndex, id: &str, rule: &document::Phrases) -> Matcher {
        if rule.phrases.is_empty() {
            self.problem(id, "it has no phrases");
        }
        for phrase in &rule.phrases {
            match phrase.trim().len() {
                PHRASE_BYTES_MIN..=PHRASE_BYTES_MAX => {
                    self.triggers.add(phrase.trim().as_bytes(), Owner::Phrase(index));
                }
                _ => self.problem(id, "a phrase must have 2 to 512 bytes"),
            }
        }
        Matcher::Phrases { whole_words: rule.whole_words }
    }

    /// Where a rule looks at lone words, a context word anywhere in the text is what makes it.
    fn trigger_lone_words(&mut self, rule: RuleIndex, context: Option<u8>) {
        let Some(set) = context else { return };
        if self.runs.lone_words.iter().any(|word| word.rule == rule) {
            for word in self.contexts.get(usize::from(set)).into_iter().flatten() {
                self.triggers.add(word.as_bytes(), Owner::Context(set));
            }
        }
    }

    /// The number of a set of words; rules with the same words share it.
    fn context_set(&mut self, id: &str, words: &[String]) -> Option<u8> {
        let mut words: Vec<String> = words.iter().map(|word| word.trim().to_lowercase()).collect();
        words.sort_unstable();
        words.dedup();
        if words.iter().any(String::is_empty) {
            self.problem(id, "a context word is empty");
            return None;
        }
        if words.is_empty() {
            return None;
        }
        let known = self.contexts.iter().position(|set| *set == words);
        let set = known.unwrap_or(self.contexts.len());
        if set >= CONTEXT_SETS_MAX {
            self.problem(
                id,
                format!("there are more than {CONTEXT_SETS_MAX} sets of context words"),
            );
            return None;
        }
        for word in &words {
            self.surroundings.add(word.as_bytes(), Owner::Context(set as u8));
        }
        if known.is_none() {
            self.contexts.push(words);
        }
        Some(set as u8)
    }
}

fn is_plain(label: &str) -> bool {
    label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

const fn needs_key(action: Action) -> bool {
    matches!(
        action,
        Action::Hmac
            | Action::Hash { function: HashFunction::HmacSha256 | HashFunction::HmacSha512 }
    )
}
