//! Decides among overlapping findings of one leaf.

use std::cmp::Reverse;

use crate::decide::{Decision, Tag};
use crate::document::{Action, Class};

/// A decision and the stretch of the leaf it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub start: usize,
    pub end: usize,
    pub class: Class,
    pub decision: Decision,
    /// Of what was found, where it is asked for.
    pub tag: Option<Tag>,
}

/// Of findings that overlap the strongest class wins, then the leftmost, the longest, the rule
/// named first; it takes the whole stretch that all of them cover, so that no tail of a longer
/// one is left. Findings that only flag take no part and are left out.
///
/// Gives back the winners by ascending start, without overlaps.
pub fn resolve(planned: &[Planned]) -> Vec<Planned> {
    let acts = |one: &&Planned| one.decision.action != Action::Flag && one.start < one.end;
    let mut acting: Vec<&Planned> = planned.iter().filter(acts).collect();
    acting.sort_by_key(|one| (one.start, Reverse(one.end)));
    let mut winners: Vec<Planned> = Vec::new();
    let mut strength = None;
    for one in acting {
        let rank = (one.class, one.start, Reverse(one.end), one.decision.rule);
        match winners.last_mut() {
            Some(last) if one.start < last.end => {
                last.end = last.end.max(one.end);
                if strength.is_none_or(|best| rank < best) {
                    *last = Planned { start: last.start, end: last.end, ..one.clone() };
                    strength = Some(rank);
                }
            }
            _ => {
                winners.push(one.clone());
                strength = Some(rank);
            }
        }
    }
    winners
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(range: (usize, usize), class: Class, rule: u32) -> Planned {
        let decision = Decision {
            rule,
            action: Action::Token,
            dry_run: false,
            score: 100,
            replacement: format!("[{rule}]"),
        };
        Planned { start: range.0, end: range.1, class, decision, tag: None }
    }

    fn outcome(planned: Vec<Planned>) -> Vec<(usize, usize, u32)> {
        resolve(&planned).iter().map(|one| (one.start, one.end, one.decision.rule)).collect()
    }

    #[test]
    fn the_stronger_class_names_the_union() {
        let generic = planned((0, 10), Class::Generic, 0);
        let validated = planned((4, 12), Class::Validated, 1);
        assert_eq!(outcome(vec![generic, validated]), [(0, 12, 1)]);
    }

    #[test]
    fn among_equals_the_leftmost_then_longest_then_first_wins() {
        let shorter = planned((0, 5), Class::Vendor, 0);
        let longer = planned((0, 8), Class::Vendor, 2);
        let later = planned((3, 9), Class::Vendor, 1);
        assert_eq!(outcome(vec![later, shorter, longer]), [(0, 9, 2)]);
    }

    #[test]
    fn neighbours_that_only_touch_stay_apart_and_flags_vanish() {
        let mut flag = planned((2, 9), Class::Phrase, 3);
        flag.decision.action = Action::Flag;
        let both = vec![planned((5, 9), Class::Phrase, 1), planned((0, 5), Class::Phrase, 0), flag];
        assert_eq!(outcome(both), [(0, 5, 0), (5, 9, 1)]);
    }
}
