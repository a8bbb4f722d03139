//! Numbers with a calling code: `+49 30 ...`, `0049 30 ...`, `011 49 30 ...`.

use super::cluster::Candidate;
use super::lookalike;
use super::plan::plan;

/// How the calling code is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Plus,
    /// `00` or `011`, written apart from the rest or at least followed by separators.
    Apart,
    Joined,
    /// No mark, but the code in brackets, or many groups.
    Bare,
    /// No mark, and digits alone.
    Unmarked,
}

/// The score of a candidate as an international number; 0 if it is none.
pub fn score(candidate: &Candidate) -> u8 {
    let Some((mark, skipped)) = mark(candidate) else { return 0 };
    let (digits, sizes) = without_trunk_zero(candidate, skipped);
    let Some((code_length, positions)) = plan().calling_code(&digits) else { return 0 };
    let national = digits.get(code_length..).unwrap_or_default();
    let prefixes = plan().prefixes(positions).iter().map(|prefix| prefix.as_bytes());
    let dialled: Vec<&[u8]> =
        prefixes.chain([&b""[..]]).filter_map(|prefix| national.strip_prefix(prefix)).collect();
    let is_aligned = sizes.first() == Some(&code_length);
    if dialled.iter().any(|national| plan().region_of(positions, national).is_some()) {
        return valid_score(mark, is_aligned);
    }
    let is_possible = dialled.iter().any(|national| plan().is_possible(positions, national.len()));
    possible_score(mark, is_aligned && sizes.len() >= 3, is_possible)
}

fn valid_score(mark: Mark, is_aligned: bool) -> u8 {
    match mark {
        Mark::Plus => 100,
        Mark::Apart => 85,
        Mark::Joined => 72,
        Mark::Bare if is_aligned => 64,
        Mark::Bare => 0,
        Mark::Unmarked => 40,
    }
}

fn possible_score(mark: Mark, is_grouped: bool, is_possible: bool) -> u8 {
    match mark {
        Mark::Plus | Mark::Apart if is_possible && is_grouped => 62,
        Mark::Plus if is_possible => 48,
        Mark::Apart if is_possible => 40,
        Mark::Plus => 30,
        _ => 0,
    }
}

/// The mark and how many digits it has.
fn mark(candidate: &Candidate) -> Option<(Mark, usize)> {
    if candidate.plus {
        return (!lookalike::is_placeholder(&candidate.digits)).then_some((Mark::Plus, 0));
    }
    let mark = if candidate.sizes.len() > 1 { Mark::Apart } else { Mark::Joined };
    let n_digits = candidate.digits.len();
    let first_size = candidate.sizes.first().copied().unwrap_or_default();
    if lookalike::is_other(candidate) {
        return None;
    }
    if candidate.digits.starts_with(b"00") && first_size >= 2 && n_digits >= 10 {
        return Some((mark, 2));
    }
    if candidate.digits.starts_with(b"011") && first_size >= 3 && n_digits >= 12 {
        return Some((mark, 3));
    }
    if candidate.crowded {
        return None;
    }
    if candidate.sizes.len() == 1 {
        return matches!(n_digits, 12 | 13).then_some((Mark::Unmarked, 0));
    }
    let is_bare = candidate.bracketed == Some((0, 0)) || candidate.sizes.len() >= 4;
    (is_bare && n_digits >= 10).then_some((Mark::Bare, 0))
}

/// The digits after the mark, and the sizes of their groups, without a `(0)` that is only
/// dialled inside the country.
fn without_trunk_zero(candidate: &Candidate, skipped: usize) -> (Vec<u8>, Vec<usize>) {
    let mut digits = Vec::with_capacity(candidate.digits.len());
    let mut sizes = Vec::with_capacity(candidate.sizes.len());
    let mut offset = 0;
    for (index, size) in candidate.sizes.iter().enumerate() {
        let group = candidate.digits.get(offset..offset + usize::from(*size)).unwrap_or_default();
        let kept = group.get(skipped.saturating_sub(offset).min(group.len())..).unwrap_or_default();
        offset += group.len();
        let is_bracketed = candidate.bracketed == Some((index, index));
        if kept.is_empty() || (is_bracketed && kept == b"0") {
            continue;
        }
        digits.extend_from_slice(kept);
        sizes.push(kept.len());
    }
    (digits, sizes)
}
