//! The rules as they arrive: one JSON document, made and checked by the loader in Python.

mod rule;
mod settings;

use serde::Deserialize;

pub use rule::{
    Action, Allow, Class, HashFunction, InjectionSignal, Matcher, Phrases, Regex, Rule, Scope,
};
pub use settings::{Decode, HmacKey, Injection, Keys, Limits, OnOversize, ScanNumbers};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub rules: Vec<Rule>,
    /// Concerns all rules, besides their own.
    #[serde(default)]
    pub allow: Allow,
    #[serde(default)]
    pub keys: Keys,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub decode: Decode,
    #[serde(default)]
    pub scan_numbers: ScanNumbers,
    #[serde(default)]
    pub on_oversize: OnOversize,
    /// Whether a value that could not be scanned leaves as it is.
    #[serde(default)]
    pub pass_unscanned: bool,
    #[serde(default)]
    pub hmac: Option<HmacKey>,
    #[serde(default)]
    pub injection: Injection,
}
