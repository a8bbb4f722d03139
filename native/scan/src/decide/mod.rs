//! What becomes of a finding, and the text in its place.

pub(crate) mod allow;
pub(crate) mod canonical;
pub(crate) mod key;

use crate::document::{Action, Scope};
use crate::glob;
use crate::place::Place;
use crate::rules::{Rule, RuleIndex, Ruleset};
use crate::text::Finding;

/// A keyed hash in hex digits.
pub type Tag = [u8; key::TAG_DIGITS];

/// At most so many characters of a finding are kept at either end by `partial`.
const KEPT_MAX: usize = 8;

/// What is to be done about a finding at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub rule: RuleIndex,
    /// `Flag` where the rule only tells: by its action, a low score, or `dry_run`.
    pub action: Action,
    pub dry_run: bool,
    /// That of the finding.
    pub score: u8,
    /// In the place of the match; empty for `DropMatch` and where nothing is replaced.
    pub replacement: String,
}

impl Ruleset {
    /// None if an allow-list covers the finding, or the rule is off at this place.
    /// `matched` is the finding's text in the view, that is with its look-alikes folded.
    pub fn decide(&self, finding: &Finding, matched: &[u8], place: &Place<'_>) -> Option<Decision> {
        let rule = self.rule(finding.rule)?;
        if self.allow.covers(matched) || rule.allow.covers(matched) {
            return None;
        }
        let action = rule.action_at(place)?;
        let acts = finding.score >= rule.mask_at && !rule.dry_run && rule.signal.is_none();
        let action = if acts { action } else { Action::Flag };
        let replacement = self.replacement(rule, action, matched);
        let (dry_run, score) = (rule.dry_run, finding.score);
        Some(Decision { rule: finding.rule, action, dry_run, score, replacement })
    }

    fn replacement(&self, rule: &Rule, action: Action, matched: &[u8]) -> String {
        let label = &rule.label;
        match action {
            Action::Token => rule.replacement.clone().unwrap_or_else(|| bracketed(&[label])),
            Action::Partial { keep_first, keep_last } => {
                let text = rule.canonical.of(matched);
                let (first, last) = kept(&text, keep_first.into(), keep_last.into());
                bracketed(&[label, ":", &first, "****", &last])
            }
            Action::Hmac => match &self.hmac {
                Some(key) => {
                    bracketed(&[label, ":", &key.tag(&rule.id, &rule.canonical.of(matched))])
                }
                None => bracketed(&[label]),
            },
            Action::Hash { function } => key::hash(function, self.hmac.as_ref(), matched)
                .unwrap_or_else(|| bracketed(&[label])),
            Action::Flag | Action::DropMatch | Action::DropAttribute | Action::DropItem => {
                String::new()
            }
        }
    }

    /// The tag by which `hmac` would name a finding; None without a key. For the audit log.
    pub fn tag(&self, rule: RuleIndex, matched: &[u8]) -> Option<Tag> {
        let rule = self.rule(rule)?;
        let tag = self.hmac.as_ref()?.tag(&rule.id, &rule.canonical.of(matched));
        tag.as_bytes().try_into().ok()
    }
}

impl Rule {
    /// Its action here; None where it is off. The last scope that fits counts.
    fn action_at(&self, place: &Place<'_>) -> Option<Action> {
        match self.scopes.iter().rev().find(|scope| fits(scope, place)) {
            Some(scope) if scope.enabled == Some(false) => None,
            Some(scope) => Some(scope.action.unwrap_or(self.action)),
            None => Some(self.action),
        }
    }
}

fn fits(scope: &Scope, place: &Place<'_>) -> bool {
    (scope.signals.is_empty() || scope.signals.contains(&place.signal))
        && (scope.locations.is_empty() || scope.locations.contains(&place.location))
        && (scope.roles.is_empty() || scope.roles.contains(&place.role))
        && (scope.keys.is_empty() || scope.keys.iter().any(|key| glob::matches(key, place.key)))
}

fn bracketed(parts: &[&str]) -> String {
    let mut text = String::with_capacity(2 + parts.iter().map(|part| part.len()).sum::<usize>());
    text.push('[');
    parts.iter().for_each(|part| text.push_str(part));
    text.push(']');
    text
}

/// The first and last characters of `text` that may stay: never more than half of it, and
/// none that would break out of the brackets around them.
fn kept(text: &str, first: usize, last: usize) -> (String, String) {
    let n_chars = text.chars().count();
    let half = n_chars / 2;
    let last = last.min(KEPT_MAX).min(half);
    let first = first.min(KEPT_MAX).min(half - last);
    let is_kept = |c: &char| !matches!(c, '[' | ']' | '*') && !c.is_control();
    let head = text.chars().take(first).filter(is_kept).collect();
    let tail = text.chars().skip(n_chars - last).filter(is_kept).collect();
    (head, tail)
}
