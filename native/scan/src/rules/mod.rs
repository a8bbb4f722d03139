//! The rules, ready to run: what `Document` says, compiled.

mod compile;
mod compiler;
mod lead;
mod literals;
mod prefixes;
mod regex;
mod runs;

use std::collections::HashSet;

use crate::decide::allow::AllowList;
use crate::decide::canonical::Canonical;
use crate::decide::key::SecretKey;
use crate::detect::Detect;
use crate::document::{
    Action, Class, Decode, Document, Injection, InjectionSignal, Limits, OnOversize, ScanNumbers,
    Scope,
};
use crate::keys::KeyPlan;

pub(crate) use literals::{LiteralSet, Owner};
pub(crate) use regex::{Floating, RegexRule, builder as regex_builder, entropy};
pub(crate) use runs::{DigitRule, LoneWord, Run, RunRules, token_len};

/// Position of a rule in the document.
pub type RuleIndex = u32;

/// What an 8-hex digest and an HMAC key need at least.
pub const HMAC_KEY_BYTES_MIN: usize = 32;

/// Why the rules cannot be used. Names the rule and the reason; never a text that was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// Empty if it concerns all rules.
    pub rule: String,
    pub reason: String,
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.rule.as_str() {
            "" => f.write_str(&self.reason),
            rule => write!(f, "rule {rule}: {}", self.reason),
        }
    }
}

impl std::error::Error for RuleError {}

/// One rule, compiled.
#[derive(Debug)]
pub struct Rule {
    pub id: String,
    pub class: Class,
    pub score: u8,
    /// The sets of context words that raise and lower the score.
    pub(crate) context: Option<u8>,
    pub(crate) negative_context: Option<u8>,
    pub mask_at: u8,
    pub flag_at: u8,
    pub action: Action,
    pub label: String,
    pub replacement: Option<String>,
    pub dry_run: bool,
    pub signal: Option<InjectionSignal>,
    /// A boolean attribute to set where the rule finds something.
    pub attribute: Option<String>,
    pub(crate) allow: AllowList,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) canonical: Canonical,
    pub(crate) matcher: Matcher,
}

#[derive(Debug)]
pub(crate) enum Matcher {
    Detector(Detect),
    Regex(Box<RegexRule>),
    Phrases { whole_words: bool },
}

/// Immutable, shared by all threads.
#[derive(Debug)]
pub struct Ruleset {
    pub rules: Vec<Rule>,
    pub keys: KeyPlan,
    pub limits: Limits,
    pub decode: Decode,
    pub scan_numbers: ScanNumbers,
    pub on_oversize: OnOversize,
    pub pass_unscanned: bool,
    pub injection: Injection,
    /// Where rules look closer: looked for in every text.
    pub(crate) triggers: LiteralSet,
    /// Context words: looked for in keys, and around what rules match.
    pub(crate) surroundings: LiteralSet,
    pub(crate) runs: RunRules,
    pub(crate) floating: Floating,
    pub(crate) allow: AllowList,
    pub(crate) hmac: Option<SecretKey>,
    /// All that may stand after the bracket of our own marks.
    pub(crate) labels: HashSet<String>,
    digest: String,
    /// Different in every rule set of a process: what was learnt with one holds for it alone.
    pub(crate) identity: u64,
}

impl Ruleset {
    /// The rules of a JSON `Document`.
    ///
    /// # Errors
    /// All that is wrong with it, not only the first thing.
    pub fn from_json(document: &[u8]) -> Result<Self, Vec<RuleError>> {
        let parsed: Document = serde_json::from_slice(document)
            .map_err(|error| vec![compiler::general(format!("no rule document: {error}"))])?;
        let mut rules = Self::new(parsed)?;
        rules.digest = compile::digest(document);
        Ok(rules)
    }

    /// # Errors
    /// All that is wrong with the document, not only the first thing.
    pub fn new(document: Document) -> Result<Self, Vec<RuleError>> {
        compile::compile(document)
    }

    pub fn rule(&self, index: RuleIndex) -> Option<&Rule> {
        self.rules.get(index as usize)
    }

    /// 8 hex digits that change with any rule or setting, not with the HMAC key.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Tells which key the HMACs were made with; never the key.
    pub fn hmac_key_id(&self) -> Option<&str> {
        self.hmac.as_ref().map(SecretKey::id)
    }

    pub fn n_literals(&self) -> usize {
        self.triggers.owners.n_literals() + self.surroundings.owners.n_literals()
    }

    /// Rules that every text is searched for: no literal or keyword says where they may match.
    pub fn floating_ids(&self) -> Vec<&str> {
        let rules = self.floating.open.iter().filter_map(|&index| self.rule(index));
        rules.map(|rule| rule.id.as_str()).collect()
    }

    pub fn memory_bytes(&self) -> usize {
        self.triggers.automaton.memory_bytes()
            + self.surroundings.automaton.memory_bytes()
            + self.floating.memory_bytes()
            + self.rules.iter().map(Rule::memory_bytes).sum::<usize>()
    }
}

impl Rule {
    fn memory_bytes(&self) -> usize {
        match &self.matcher {
            Matcher::Regex(regex) => regex.memory_bytes(),
            _ => 0,
        }
    }
}
