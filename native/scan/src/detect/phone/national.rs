//! Numbers as they are dialled inside a country.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::cluster::{Candidate, Separator};
use super::lookalike;
use super::plan::{Grouping, Homes, Region, plan};

const DIGITS_MIN: usize = 7;
const DIGITS_MAX: usize = 13;

/// How a number fits the plan of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    None,
    /// It exists there.
    Valid,
    /// It is grouped as it is written there, too.
    Grouped,
}

/// The score of a candidate as a national number; 0 if it is none.
pub fn score(candidate: &Candidate, is_thorough: bool) -> u8 {
    let n_digits = candidate.digits.len();
    let is_listed = candidate.crowded && !is_thorough;
    if candidate.plus || is_listed || !(DIGITS_MIN..=DIGITS_MAX).contains(&n_digits) {
        return 0;
    }
    let homes = homes_grouping(&candidate.sizes);
    let is_field = candidate.listed && candidate.sizes.len() > 1;
    let is_thorough = is_thorough && !candidate.crowded && !is_field;
    if (homes == 0 && !is_thorough) || lookalike::is_other(candidate) {
        return 0;
    }
    match fit(candidate, homes, is_thorough) {
        Fit::Grouped => fit_score(candidate, true),
        Fit::Valid if is_thorough => fit_score(candidate, false),
        Fit::None if is_thorough => unknown_score(candidate),
        _ => 0,
    }
}

/// The best fit; those regions are asked first that have a grouping of such sizes.
fn fit(candidate: &Candidate, homes: Homes, is_thorough: bool) -> Fit {
    let mut best = Fit::None;
    for (index, region) in plan().homes().enumerate() {
        if homes >> index & 1 == 1 {
            best = best.max(region_fit(candidate, region));
        }
        if best == Fit::Grouped {
            return best;
        }
    }
    let is_valid = best == Fit::None
        && is_thorough
        && plan().homes().rev().any(|region| nationals(candidate, region).next().is_some());
    if is_valid { Fit::Valid } else { best }
}

/// The national numbers a candidate can be in a region, with the length of the prefix before.
fn nationals<'a>(
    candidate: &'a Candidate,
    region: &'a Region,
) -> impl Iterator<Item = (usize, &'a [u8])> {
    let prefixes = region.prefixes.iter().map(|prefix| prefix.as_bytes()).chain([&b""[..]]);
    prefixes.filter_map(|prefix| {
        let national = candidate.digits.strip_prefix(prefix)?;
        region.knows(national).then_some((prefix.len(), national))
    })
}

fn region_fit(candidate: &Candidate, region: &Region) -> Fit {
    let fits = nationals(candidate, region)
        .map(|(prefix, national)| grouping_fit(candidate, region, prefix, national));
    fits.max().unwrap_or(Fit::None)
}

fn grouping_fit(candidate: &Candidate, region: &Region, prefix: usize, national: &[u8]) -> Fit {
    let sizes = candidate.sizes.as_slice();
    let grouping = plan().grouping(region, national).filter(|grouping| {
        (prefix > 0 || !grouping.is_prefixed)
            && sizes.len() > 1
            && is_written(sizes, grouping, prefix)
    });
    if grouping.is_some() { Fit::Grouped } else { Fit::Valid }
}

/// Whether groups have the sizes of a grouping with the prefix before or inside the first one.
fn is_written(sizes: &[u8], grouping: &Grouping, prefix: usize) -> bool {
    let prefix = u8::try_from(prefix).unwrap_or_default();
    match (sizes, grouping.sizes.as_slice()) {
        ([apart, rest @ ..], groups) if *apart == prefix && rest == groups => true,
        ([joined, rest @ ..], [first, others @ ..]) => *joined == first + prefix && rest == others,
        _ => false,
    }
}

/// Which home regions group some number in groups of such sizes.
fn homes_grouping(sizes: &[u8]) -> Homes {
    static GROUPINGS: OnceLock<Vec<(u64, Homes)>> = OnceLock::new();
    let groupings = GROUPINGS.get_or_init(|| all_groupings().into_iter().collect());
    let found = groupings.binary_search_by_key(&packed(sizes), |(key, _)| *key).ok();
    found.and_then(|position| groupings.get(position)).map_or(0, |(_, homes)| *homes)
}

fn all_groupings() -> BTreeMap<u64, Homes> {
    let mut known: BTreeMap<u64, Homes> = BTreeMap::new();
    for (index, region) in plan().homes().enumerate() {
        let mut add = |sizes: &[u8]| *known.entry(packed(sizes)).or_default() |= 1 << index;
        for grouping in plan().groupings(region) {
            add(&grouping.sizes);
            for prefix in &region.prefixes {
                let prefix = u8::try_from(prefix.len()).unwrap_or_default();
                add(&[&[prefix], grouping.sizes.as_slice()].concat());
                let mut joined = grouping.sizes.clone();
                joined.iter_mut().take(1).for_each(|first| *first += prefix);
                add(&joined);
            }
        }
    }
    known
}

fn packed(sizes: &[u8]) -> u64 {
    sizes.iter().fold(0, |key, size| key << 5 | u64::from(*size & 31))
}

/// Of a number that exists.
fn fit_score(candidate: &Candidate, is_grouped: bool) -> u8 {
    let is_zero_led = candidate.digits.first() == Some(&b'0');
    if candidate.sizes.len() == 1 {
        return joined_score(&candidate.digits, is_zero_led);
    }
    let is_dialled = is_dialled(candidate);
    match (is_grouped, candidate.bracketed, is_dialled) {
        (true, Some(_), _) => 100,
        (false, Some(_), true) => 68,
        (false, Some((0, 0)), false) if candidate.digits.len() >= 9 => 62,
        (false, Some(_), false) => 45,
        (true, None, true) if candidate.digits.len() < 9 && candidate.sizes.len() == 2 => 45,
        (true, None, true) => 70,
        (false, None, true) if candidate.digits.len() >= 9 => 62,
        (false, None, true) => 45,
        (true, None, false) => grouped_score(candidate),
        (false, None, false) => loose_score(candidate),
    }
}

/// Whether a national prefix seems to come first: 0, or one digit of ten and more.
fn is_dialled(candidate: &Candidate) -> bool {
    let is_apart = candidate.sizes.first() == Some(&1) && candidate.digits.len() >= 10;
    is_apart || candidate.digits.first() == Some(&b'0')
}

/// Of digits without a separator.
fn joined_score(digits: &[u8], is_zero_led: bool) -> u8 {
    if lookalike::is_timestamp(digits) {
        return 24;
    }
    match (digits.len(), is_zero_led) {
        _ if is_mobile_series(digits) => 60,
        (9..=11, true) => 60,
        (10, false) => 45,
        (12.., false) => 0,
        _ => 35,
    }
}

/// Mobile numbers of Greece, China and Russia: long, and so few among all numbers of their
/// length that other numbers are seldom taken for them. (Those of Italy are all 32-bit numbers.)
fn is_mobile_series(digits: &[u8]) -> bool {
    match digits.len() {
        10 => matches!(digits, [b'6', b'9', ..]),
        11 => matches!(digits, [b'1', b'3'..=b'9', ..] | [b'8', b'9', ..]),
        _ => false,
    }
}

/// Of a number grouped as in its region, without prefix or brackets.
fn grouped_score(candidate: &Candidate) -> u8 {
    let separator = candidate.separators.last();
    match candidate.sizes.as_slice() {
        [3, 3, 4] => match separator {
            Some(Separator::Dash) => 70,
            Some(Separator::Dot) => 66,
            _ => 62,
        },
        [1 | 2, 3, 3] | [2, 2, 2, 2] | [_, _] => 40,
        _ if separator == Some(&Separator::Dot) => 45,
        _ => 60,
    }
}

/// Of a number that exists but is grouped otherwise, without prefix or brackets.
fn loose_score(candidate: &Candidate) -> u8 {
    let is_dotted = candidate.separators.contains(&Separator::Dot);
    let is_even = candidate.sizes.iter().all(|size| (2..=4).contains(size));
    match candidate.sizes.as_slice() {
        [3, 2, 3] if !is_dotted => 50,
        [.., 4, 2] => 35,
        [_, _, _, ..] if is_even && !is_dotted && (9..=11).contains(&candidate.digits.len()) => 50,
        _ => 35,
    }
}

/// Of a number that exists in no home region.
fn unknown_score(candidate: &Candidate) -> u8 {
    let is_timestamp = lookalike::is_timestamp(&candidate.digits);
    match candidate.sizes.len() {
        1 if candidate.digits.len() != 10 || is_timestamp => 0,
        _ if candidate.digits.len() <= 11 => 26,
        _ => 0,
    }
}
