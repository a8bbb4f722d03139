//! Telephone numbers, by the numbering plans of all countries.
//!
//! A digit cluster of `runs` is taken apart into groups; every stretch of up to nine groups
//! and eighteen digits is a candidate, with a `+` or `(` before it and an `extension` (`x12`,
//! `, wew. 12`, `#12`) after it. Between groups stand a space, `-`, `/` (with at most one space
//! beside them), `.`, or nothing but brackets; brackets are balanced and one pair at most. What
//! stands before and after decides whether the digits are part of something else (`border`); a
//! candidate beside another group, one space or comma away, is *crowded*, unless it is a field
//! of a table. One without `+` right behind the name of another number (`label`) is none.
//!
//! The candidates of a cluster that need no context (60 or more) come before those that may do
//! with some (40 or more) and the rest; of each kind the one with the most digits wins, then the
//! highest score, then the first. Winners do not share groups. A candidate has the higher score
//! of these:
//!
//! | International (`international`)                                         | score          |
//! |-------------------------------------------------------------------------|----------------|
//! | `+`, valid                                                              | 100            |
//! | `00` or `011`, in groups, valid                                         | 85             |
//! | `00` or `011`, not in groups, valid                                     | 72             |
//! | code in brackets, or the first of four groups or more; valid, uncrowded | 64             |
//! | `+`, `00`, `011`; length possible, code and two more groups             | 62             |
//! | `+`, length possible                                                    | 48             |
//! | 12 or 13 digits that begin with a code, valid, uncrowded                | 40             |
//! | `00` or `011`, in groups, length possible                               | 40             |
//! | `+` otherwise, with a calling code                                      | 30             |
//!
//! A number is *valid* when the plan of its region knows it, with a national prefix or without;
//! a `(0)` is left out. National numbers have 7 to 13 digits, no `+`, and are no `lookalike`:
//!
//! | National (`national`): valid in a home region                           | score          |
//! |-------------------------------------------------------------------------|----------------|
//! | grouped as there, in brackets                                           | 100            |
//! | grouped as there, prefix first                                          | 70             |
//! | .. but two groups and fewer than 9 digits                               | 45             |
//! | grouped as there: 3-3-4 with `-`, `.`, else                             | 70, 66, 62     |
//! | .. 1-3-3, 2-3-3, 2-2-2-2, two groups                                    | 40             |
//! | .. other groups; with dots                                              | 60, 45         |
//! | not so grouped, in brackets: prefix first                               | 68             |
//! | .. first group in brackets, 9 digits or more; else                      | 62, 45         |
//! | not so grouped, prefix first: 9 digits or more; else                    | 62, 45         |
//! | not so grouped, no dots: 3-2-3; *even*                                  | 50             |
//! | not so grouped otherwise                                                | 35             |
//! | one group: a mobile series; 9 to 11 digits, 0 first                     | 60             |
//! | one group: 10 digits; a time since 1970; 12 or 13 without 0; else       | 45, 24, 0, 35  |
//! | valid nowhere: 7 to 11 digits in groups, 10 in one                      | 26             |
//!
//! A prefix comes first when the first digit is 0, or the first group one digit of ten or more.
//! *Even* are 9 to 11 digits in three groups or more of 2 to 4, the last two not 4-2. A crowded
//! number without `+` has at most 35, a national one must be grouped as in its region, too, and so
//! must a field of several groups. In
//! clusters of more than twelve groups no crowded national number counts, and of the others
//! those so grouped. A named extension adds 10 to whatever the score is.

mod border;
mod cluster;
mod extension;
mod international;
mod label;
mod lookalike;
mod national;
mod pattern;
mod plan;
#[cfg(test)]
mod tests;
mod words;

use border::Border;
use cluster::{Candidate, Cluster};

use super::{Anchor, Detector, Matches, Site};

pub static PHONE: Detector = Detector {
    name: "phone",
    anchors: &[Anchor::Digits { least: DIGITS_MIN, joined_max: cluster::DIGITS_MAX }],
    detect,
};

/// In longer clusters, which are lists or tables, little counts as a number.
const THOROUGH_GROUPS_MAX: usize = 12;
/// Added for an extension that says it is one.
const EXTENSION_BONUS: u8 = 10;
const DIGITS_MIN: usize = 7;
const CROWDED_SCORE_MAX: u8 = 35;
const SCORE_MAX: u8 = 100;

#[derive(Clone, Copy)]
struct Scored {
    score: u8,
    /// Positions of its first and last group in the cluster.
    first: usize,
    last: usize,
    n_digits: usize,
    start: usize,
    /// Where the extension after it ends, if there is one.
    end: usize,
}

impl Scored {
    /// Among those that need no context, and among those that do, the longest is right: a part
    /// of a number is often a number, too.
    fn rank(&self) -> (bool, bool, usize, u8) {
        (self.score >= 60, self.score >= 40, self.n_digits, self.score)
    }
}

fn detect(site: &Site<'_>, matches: &mut Matches) {
    matches.barren_until = site.end;
    let cluster = Cluster::new(site.text, site.start, site.end);
    let mut candidate = Candidate::default();
    let firsts = 0..cluster.groups.len();
    let mut scored: Vec<Scored> =
        firsts.filter_map(|first| best_from(&cluster, first, &mut candidate)).collect();
    if scored.is_empty() {
        return;
    }
    scored.sort_by_key(|found| (std::cmp::Reverse(found.rank()), found.first));
    let mut taken = vec![false; cluster.groups.len()];
    for found in scored {
        let Some(groups) = taken.get_mut(found.first..=found.last) else { continue };
        if !groups.contains(&true) {
            groups.fill(true);
            matches.push(found.start..found.end, found.score);
        }
    }
    matches.found.sort_by_key(|found| found.start);
}

/// The likeliest number that begins at a group.
fn best_from(cluster: &Cluster<'_>, first: usize, candidate: &mut Candidate) -> Option<Scored> {
    let mut best: Option<Scored> = None;
    for lead in cluster.leads(first) {
        let left = border::left(cluster.text, lead.start);
        if left == Border::Blocked {
            continue;
        }
        let left = if lead.bracket.is_none() { left } else { Border::Free };
        let mut is_going_on = candidate.begin(cluster, first, lead);
        while is_going_on {
            let found = scored(cluster, candidate, left);
            best = match (best, found) {
                (Some(best), Some(found)) if best.rank() > found.rank() => Some(best),
                (best, found) => found.or(best),
            };
            is_going_on = candidate.extend(cluster);
        }
    }
    best
}

fn scored(cluster: &Cluster<'_>, candidate: &mut Candidate, left: Border) -> Option<Scored> {
    let n_digits = candidate.digits.len();
    if n_digits < DIGITS_MIN || !candidate.is_closed() {
        return None;
    }
    let extension = extension::after(cluster.text, candidate.end);
    let right = match extension {
        Some(_) => Border::Free,
        None => border::right(cluster.text, candidate.end, candidate.plus),
    };
    let beside = [left, right];
    candidate.listed = beside.contains(&Border::Listed);
    candidate.crowded =
        beside.contains(&Border::Crowded) || candidate.listed && !candidate.is_field();
    let is_pairs = candidate.sizes.iter().all(|size| *size == 2);
    let is_hex = is_pairs && border::is_in_hex_dump(cluster.text, candidate.start, candidate.end);
    if right == Border::Blocked || is_hex {
        return None;
    }
    let is_thorough = cluster.groups.len() <= THOROUGH_GROUPS_MAX;
    let mut shape = international::score(candidate).max(national::score(candidate, is_thorough));
    if candidate.crowded && !candidate.plus {
        shape = shape.min(CROWDED_SCORE_MAX);
    }
    // Of digits that stand beside others the label is before all of them.
    let labelled = cluster.groups.first().filter(|_| left == Border::Crowded);
    let labelled = labelled.map_or(candidate.start, |group| group.start);
    if shape == 0 || !candidate.plus && label::is_other(cluster.text, labelled) {
        return None;
    }
    let (end, bonus) = match extension {
        Some((end, true)) => (end, EXTENSION_BONUS),
        Some((end, false)) => (end, 0),
        None => (candidate.end, 0),
    };
    let score = (shape + bonus).min(SCORE_MAX);
    let Candidate { first, last, start, .. } = *candidate;
    Some(Scored { score, first, last, n_digits, start, end })
}
