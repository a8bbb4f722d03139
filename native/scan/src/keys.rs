//! What happens to attributes by their key alone.

use std::collections::HashSet;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use crate::document;
use crate::glob;
use crate::rules::RuleError;

/// The memory a pattern may take, once compiled.
const PATTERN_BYTES_MAX: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFate {
    /// Nothing is said about the key: its value is scanned.
    Scan,
    /// Its value is not looked at.
    Ignore,
    /// Its value becomes the mask.
    Mask,
    /// The attribute goes.
    Drop,
    /// It goes because it is not among the keys allowed.
    NotAllowed,
}

/// `document::Keys`, compiled.
#[derive(Debug, Default)]
pub struct KeyPlan {
    drop: Patterns,
    mask: Patterns,
    ignore: Patterns,
    allow_only: Option<Patterns>,
    mask_text: String,
}

impl KeyPlan {
    /// # Errors
    /// Every pattern that cannot be used.
    pub fn new(keys: &document::Keys) -> Result<Self, Vec<RuleError>> {
        let mut errors = Vec::new();
        let allow_only = keys.allow_only.as_ref();
        let plan = Self {
            drop: Patterns::new("keys.drop", &keys.drop, &mut errors),
            mask: Patterns::new("keys.mask", &keys.mask, &mut errors),
            ignore: Patterns::new("keys.ignore", &keys.ignore, &mut errors),
            allow_only: allow_only.map(|l| Patterns::new("keys.allow_only", l, &mut errors)),
            mask_text: keys.mask_text.clone(),
        };
        if errors.is_empty() { Ok(plan) } else { Err(errors) }
    }

    /// An attribute that is both dropped and ignored is dropped, one both ignored and masked is
    /// left alone.
    pub fn key_fate(&self, key: &[u8]) -> KeyFate {
        match self.nested_key_fate(key) {
            KeyFate::Scan if self.is_allowed(key) => KeyFate::Scan,
            KeyFate::Scan => KeyFate::NotAllowed,
            fate => fate,
        }
    }

    /// The same for a key inside a map: it is allowed with the attribute it belongs to.
    pub fn nested_key_fate(&self, key: &[u8]) -> KeyFate {
        if self.drop.fit(key) {
            KeyFate::Drop
        } else if self.ignore.fit(key) {
            KeyFate::Ignore
        } else if self.mask.fit(key) {
            KeyFate::Mask
        } else {
            KeyFate::Scan
        }
    }

    fn is_allowed(&self, key: &[u8]) -> bool {
        self.allow_only.as_ref().is_none_or(|allowed| allowed.fit(key))
    }

    /// Whether any key inside a map could have a fate of its own.
    pub fn concerns_nested_keys(&self) -> bool {
        [&self.drop, &self.mask, &self.ignore].iter().any(|patterns| !patterns.is_empty())
    }

    pub fn mask_text(&self) -> &str {
        &self.mask_text
    }
}

/// Exact keys, globs, and regular expressions between slashes.
#[derive(Debug, Default)]
struct Patterns {
    exact: HashSet<Box<[u8]>>,
    globs: Vec<String>,
    regexes: Vec<Regex>,
}

impl Patterns {
    fn new(list: &str, patterns: &[String], errors: &mut Vec<RuleError>) -> Self {
        let mut this = Self::default();
        for pattern in patterns {
            match pattern.strip_prefix('/').and_then(|inner| inner.strip_suffix('/')) {
                Some(inner) => match regex(inner) {
                    Ok(regex) => this.regexes.push(regex),
                    Err(reason) => errors.push(bad(list, pattern, &reason)),
                },
                None if pattern.is_empty() => errors.push(bad(list, pattern, "it is empty")),
                None if pattern.contains(['*', '?']) => this.globs.push(pattern.clone()),
                None => drop(this.exact.insert(pattern.as_bytes().into())),
            }
        }
        this
    }

    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.globs.is_empty() && self.regexes.is_empty()
    }

    fn fit(&self, key: &[u8]) -> bool {
        self.exact.contains(key)
            || self.globs.iter().any(|glob| glob::matches(glob, key))
            || self.regexes.iter().any(|regex| regex.is_match(key))
    }
}

fn bad(list: &str, pattern: &str, reason: &str) -> RuleError {
    RuleError {
        rule: String::new(),
        reason: format!("{list}: {pattern:?} cannot be used: {reason}"),
    }
}

/// Found anywhere in the key, unless it is anchored.
fn regex(pattern: &str) -> Result<Regex, String> {
    let config = Regex::config().utf8_empty(false).nfa_size_limit(Some(PATTERN_BYTES_MAX));
    Regex::builder()
        .configure(config)
        .syntax(syntax::Config::new().utf8(false))
        .build(pattern)
        .map_err(|error| match error.syntax_error() {
            Some(error) => error.to_string(),
            None => error.to_string(),
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn plan(json: &str) -> Result<KeyPlan, Vec<RuleError>> {
        KeyPlan::new(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn drop_comes_before_ignore_before_mask_before_allow_only() {
        let keys = r#"{"drop": ["d*"], "ignore": ["*i"], "mask": ["/m/"], "allow_only": ["ok"]}"#;
        let plan = plan(keys).unwrap();
        assert_eq!(plan.key_fate(b"d.i"), KeyFate::Drop);
        assert_eq!(plan.key_fate(b"m.i"), KeyFate::Ignore);
        assert_eq!(plan.key_fate(b"am"), KeyFate::Mask);
        assert_eq!(plan.key_fate(b"ok"), KeyFate::Scan);
        assert_eq!(plan.key_fate(b"other"), KeyFate::NotAllowed);
        assert_eq!(plan.nested_key_fate(b"other"), KeyFate::Scan);
    }

    #[test]
    fn no_lists_leave_every_key_to_the_scan() {
        let plan = plan("{}").unwrap();
        assert_eq!(plan.key_fate(b"any"), KeyFate::Scan);
        assert!(!plan.concerns_nested_keys());
    }

    #[test]
    fn an_empty_allow_list_lets_nothing_pass() {
        assert_eq!(plan(r#"{"allow_only": []}"#).unwrap().key_fate(b"any"), KeyFate::NotAllowed);
    }

    #[test]
    fn every_bad_pattern_is_named() {
        let errors = plan(r#"{"drop": ["/(/"], "mask": [""]}"#).unwrap_err();
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(texts.iter().any(|text| text.starts_with("keys.drop: \"/(/\"")), "{texts:?}");
        assert!(texts.iter().any(|text| text.starts_with("keys.mask")), "{texts:?}");
    }
}
