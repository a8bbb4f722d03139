//! One rule of a document.

use serde::Deserialize;

use crate::place::{Location, Role, Signal};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Unique; `[a-z0-9_.]+`.
    pub id: String,
    #[serde(rename = "match")]
    pub matcher: Matcher,
    /// Decides among overlapping findings, the first named winning.
    pub class: Class,
    /// The shape's own confidence, 0 to 100, for regex and phrases. Detectors bring theirs.
    #[serde(default = "sure")]
    pub score: u8,
    /// Words that raise the score by `CONTEXT_BONUS` within 50 bytes before or 30 after, or in
    /// the attribute's key or a JSON key around the value.
    #[serde(default)]
    pub context: Vec<String>,
    /// Words that lower it by `CONTEXT_MALUS`, on the same line or in a key. Where words of both
    /// kinds stand before a match on its line, only the last one counts.
    #[serde(default)]
    pub negative_context: Vec<String>,
    /// Acts from this score on.
    #[serde(default = "default_threshold")]
    pub mask_at: u8,
    /// Tells from this score on; never above `mask_at`.
    #[serde(default = "default_threshold")]
    pub flag_at: u8,
    pub action: Action,
    /// What `token` writes and what `hmac` and `partial` begin with: `EMAIL` gives `[EMAIL]`,
    /// `[EMAIL:3f9c2a7be01d4c55]` and `[EMAIL:****1111]`.
    pub label: String,
    /// In place of `[LABEL]`, written by `token`.
    #[serde(default)]
    pub replacement: Option<String>,
    /// Found and told, never acted on.
    #[serde(default)]
    pub dry_run: bool,
    #[serde(default)]
    pub allow: Allow,
    /// The last one that fits the place counts.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Of prompt-injection signals: adds to the score of the item.
    #[serde(default)]
    pub signal: Option<InjectionSignal>,
    /// A boolean attribute set on the item where the rule found something.
    #[serde(default)]
    pub attribute: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Matcher {
    Detector(String),
    Regex(Regex),
    Phrases(Phrases),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regex {
    pub pattern: String,
    /// What is replaced: this group, 0 for all.
    #[serde(default)]
    pub group: usize,
    #[serde(default)]
    pub ignore_case: bool,
    /// What stands right before or after the match must be no letter, digit or `_`.
    #[serde(default)]
    pub boundary: bool,
    /// Tried only in texts that hold one of these, in any case.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// All must agree.
    #[serde(default)]
    pub validators: Vec<String>,
    /// Bits per byte (Shannon) of what is replaced.
    #[serde(default)]
    pub min_entropy: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    pub phrases: Vec<String>,
    /// A letter or digit right before or after a phrase that starts or ends with one rules it out.
    #[serde(default = "yes")]
    pub whole_words: bool,
}

/// From the strongest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Validated,
    Vendor,
    Generic,
    Phrase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    Flag,
    Token,
    Partial {
        #[serde(default)]
        keep_first: u8,
        #[serde(default)]
        keep_last: u8,
    },
    Hmac,
    /// The Collector's `hash_function`: the digest in hex, alone. HMACs take the key.
    Hash {
        function: HashFunction,
    },
    DropMatch,
    DropAttribute,
    DropItem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HashFunction {
    Md5,
    Sha1,
    #[serde(rename = "sha3")]
    Sha3_256,
    HmacSha256,
    HmacSha512,
}

/// Exempts a finding whose text is covered by one of these, never the value around it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    #[serde(default)]
    pub exact: Vec<String>,
    #[serde(default)]
    pub suffix: Vec<String>,
    #[serde(default)]
    pub cidr: Vec<String>,
    /// Must match the whole finding.
    #[serde(default)]
    pub regex: Vec<String>,
}

/// Where a rule acts differently. What is empty fits everything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    #[serde(default)]
    pub signals: Vec<Signal>,
    #[serde(default)]
    pub locations: Vec<Location>,
    /// Globs over the attribute's key; `*` matches anything.
    #[serde(default)]
    pub keys: Vec<String>,
    #[serde(default)]
    pub roles: Vec<Role>,
    #[serde(default)]
    pub enabled: Option<bool>,
    #[serde(default)]
    pub action: Option<Action>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InjectionSignal {
    pub family: String,
    /// 0 to 1; scores of several join as independent evidence.
    pub weight: f64,
}

const fn sure() -> u8 {
    100
}

const fn default_threshold() -> u8 {
    60
}

const fn yes() -> bool {
    true
}
