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
    let n_digits = candidate.digits.len();
    let n_groups = candidate.sizes.len();
    let first_size = candidate.sizes.first().copied().unwrap_or_default();
    let is_marked = |mark: &[u8], n_digits_min| {
        usize::from(first_size) >= mark.len()
            && n_digits >= n_digits_min
            && candidate.digits.starts_with(mark)
    };
    let bare = if n_groups == 1 { Mark::Unmarked } else { Mark::Bare };
    let marked = if n_groups == 1 { Mark::Joined } else { Mark::Apart };
    let is_bare = match n_groups {
        1 => matches!(n_digits, 12 | 13),
        _ => {
            n_digits >= 10
                && first_size <= 3
                && (n_groups >= 4 || candidate.bracketed == Some((0, 0)))
        }
    };
    let found = match candidate.plus {
        true => return (!lookalike::is_placeholder(&candidate.digits)).then_some((Mark::Plus, 0)),
        false if is_marked(b"00", 10) => (marked, 2),
        false if is_marked(b"011", 12) => (marked, 3),
        false if is_bare && !candidate.crowded => (bare, 0),
        false => return None,
    };
    (!lookalike::is_other(candidate)).then_some(found)
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
