//! What becomes of a finding, and the text in its place.

use crate::document::Action;
use crate::place::Place;
use crate::rules::{RuleIndex, Ruleset};
use crate::text::Finding;

/// What is to be done about a finding at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub rule: RuleIndex,
    /// `Flag` where the rule only tells: by its action, a low score, or `dry_run`.
    pub action: Action,
    pub dry_run: bool,
    /// In the place of the match; empty for `DropMatch` and where nothing is replaced.
    pub replacement: String,
}

impl Ruleset {
    /// None if an allow-list covers the finding, or the rule is off at this place.
    /// `matched` is the finding's text in the view, that is with its look-alikes folded.
    pub fn decide(&self, finding: &Finding, matched: &[u8], place: &Place<'_>) -> Option<Decision> {
        let _ = (finding, matched, place);
        None
    }
}
