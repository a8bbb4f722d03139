//! Numbers as they are dialled inside a country.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::cluster::{Candidate, Separator};
use super::lookalike;
use super::plan::{Homes, Region, plan};

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
    if candidate.plus
        || !(DIGITS_MIN..=DIGITS_MAX).contains(&n_digits)
        || lookalike::is_other(candidate)
    {
        return 0;
    }
    let fit = fit(candidate, is_thorough && !candidate.crowded);
    let score = match fit {
        Fit::None if candidate.crowded => 0,
        Fit::None => unknown_score(candidate),
        _ => fit_score(candidate, fit == Fit::Grouped),
    };
    if candidate.crowded { score.min(35) } else { score }
}

/// The best fit among the home regions. Only a thorough look finds what is not grouped.
fn fit(candidate: &Candidate, is_thorough: bool) -> Fit {
    let grouped = groupings().get(&packed(&candidate.sizes)).copied().unwrap_or_default();
    let mut best = Fit::None;
    for (index, region) in plan().homes().enumerate() {
        let may_be_grouped = grouped >> index & 1 == 1;
        if !may_be_grouped && (!is_thorough || best >= Fit::Valid) {
            continue;
        }
        best = best.max(region_fit(candidate, region));
        if best == Fit::Grouped {
            break;
        }
    }
    if best == Fit::Valid && !is_thorough { Fit::None } else { best }
}

fn region_fit(candidate: &Candidate, region: &Region) -> Fit {
    let prefixes = region.prefixes.iter().map(|prefix| prefix.as_bytes()).chain([&b""[..]]);
    let fits = prefixes.filter_map(|prefix| {
        let national = candidate.digits.strip_prefix(prefix)?;
        region.knows(national).then(|| grouping_fit(candidate, region, prefix.len(), national))
    });
    fits.max().unwrap_or(Fit::None)
}

fn grouping_fit(candidate: &Candidate, region: &Region, prefix: usize, national: &[u8]) -> Fit {
    let Some((groups, is_prefixed)) = plan().grouping(region, national) else { return Fit::Valid };
    let is_grouped = written(&groups, prefix).any(|sizes| sizes == candidate.sizes);
    let is_complete = prefix > 0 || !is_prefixed;
    if is_grouped && is_complete && candidate.sizes.len() > 1 { Fit::Grouped } else { Fit::Valid }
}

/// The sizes a number's groups have with its prefix before or inside the first one.
fn written(groups: &[u8], prefix: usize) -> impl Iterator<Item = Vec<u8>> {
    let prefix = u8::try_from(prefix).unwrap_or_default();
    let mut joined = groups.to_vec();
    if let Some(first) = joined.first_mut() {
        *first += prefix;
    }
    let apart = (prefix > 0).then(|| [&[prefix], groups].concat());
    [Some(joined), apart].into_iter().flatten()
}

/// Which home regions group some number in groups of such sizes.
fn groupings() -> &'static HashMap<u64, Homes> {
    static GROUPINGS: OnceLock<HashMap<u64, Homes>> = OnceLock::new();
    GROUPINGS.get_or_init(|| {
        let mut known = HashMap::new();
        for (index, region) in plan().homes().enumerate() {
            let prefixes = region.prefixes.iter().map(|prefix| prefix.len()).chain([0]);
            for prefix in prefixes {
                for groups in plan().groupings(region) {
                    for sizes in written(&groups, prefix) {
                        *known.entry(packed(&sizes)).or_default() |= 1 << index;
                    }
                }
            }
        }
        known
    })
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
        return 28;
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
        [3, 2, 3] if !is_dotted => 60,
        [.., 4, 2] => 35,
        [_, _, _, ..] if is_even && !is_dotted && (9..=11).contains(&candidate.digits.len()) => 60,
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
