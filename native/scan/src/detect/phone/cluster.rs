//! A digit cluster taken apart into groups, and the stretches of groups that may be a number.

use std::ops::Range;

/// More groups than any number is written with: `00 33 (0) 6 12 34 56 78`.
const GROUPS_MAX: usize = 9;
/// 15 of E.164 and an international prefix.
pub const DIGITS_MAX: usize = 18;

/// The digit groups between two positions of a text.
pub struct Cluster<'a> {
    pub text: &'a [u8],
    pub groups: Vec<Range<usize>>,
}

/// Consecutive groups of a cluster with what is written around them.
#[derive(Debug)]
pub struct Candidate {
    /// Positions of the first and the last group in the cluster.
    pub first: usize,
    pub last: usize,
    /// In the text; a sign or bracket before the first group is inside.
    pub start: usize,
    pub end: usize,
    pub digits: Vec<u8>,
    pub sizes: Vec<u8>,
    /// What stands between the groups, brackets left out.
    pub separators: Vec<Separator>,
    pub plus: bool,
    /// The groups in brackets, counted from the first.
    pub bracketed: Option<(usize, usize)>,
    /// Another group follows or precedes, separated like the groups inside.
    pub crowded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// Brackets alone.
    None,
    Space,
    Dash,
    Dot,
    Slash,
}

/// What stands before a first group.
#[derive(Clone, Copy, Debug)]
pub struct Lead {
    pub start: usize,
    pub plus: bool,
    /// Where a bracket opens.
    bracket: Option<usize>,
}

impl Lead {
    pub fn has_bracket(&self) -> bool {
        self.bracket.is_some()
    }
}

impl<'a> Cluster<'a> {
    pub fn new(text: &'a [u8], start: usize, end: usize) -> Self {
        let mut groups: Vec<Range<usize>> = Vec::new();
        for position in start..end.min(text.len()) {
            if !is_digit(text.get(position)) {
                continue;
            }
            match groups.last_mut() {
                Some(group) if group.end == position => group.end += 1,
                _ => groups.push(position..position + 1),
            }
        }
        Self { text, groups }
    }

    /// The signs before a group, `+`, `(`, `(+` or `+(`; and the same without the bracket, which
    /// may be around the whole number or more.
    pub fn leads(&self, first: usize) -> impl Iterator<Item = Lead> {
        let lead = self.lead(first);
        let outer = lead.bracket.filter(|bracket| *bracket == lead.start);
        let inner = outer.map(|bracket| Lead { start: bracket + 1, bracket: None, ..lead });
        [Some(lead), inner].into_iter().flatten()
    }

    fn lead(&self, first: usize) -> Lead {
        let mut start = self.groups.get(first).map_or(0, |group| group.start);
        let mut lead = Lead { start, plus: false, bracket: None };
        for _ in 0..2 {
            match before(self.text, start) {
                Some(b'(') if lead.bracket.is_none() => lead.bracket = Some(start - 1),
                Some(b'+') if !lead.plus => lead.plus = true,
                _ => break,
            }
            start -= 1;
        }
        lead.start = start;
        lead
    }

    /// All candidates that begin at a group, the shortest first.
    pub fn candidates(&self, first: usize, lead: Lead) -> impl Iterator<Item = Candidate> {
        let lasts = first..self.groups.len().min(first + GROUPS_MAX);
        lasts.map_while(move |last| self.candidate(first, last, lead)).flatten()
    }

    /// None: no longer one can be a number either. Some(None): this one cannot.
    fn candidate(&self, first: usize, last: usize, lead: Lead) -> Option<Option<Candidate>> {
        let groups = self.groups.get(first..=last)?;
        let n_digits: usize = groups.iter().map(Range::len).sum();
        let gaps = Gaps::read(self.text, groups, lead.bracket.is_some())?;
        if n_digits > DIGITS_MAX {
            return None;
        }
        Some(self.built(first, last, lead, gaps))
    }

    fn built(&self, first: usize, last: usize, lead: Lead, gaps: Gaps) -> Option<Candidate> {
        let groups = self.groups.get(first..=last)?;
        if gaps.is_open {
            return None;
        }
        let digits: Vec<u8> = groups
            .iter()
            .flat_map(|group| self.text.get(group.clone()))
            .flatten()
            .copied()
            .collect();
        Some(Candidate {
            first,
            last,
            start: lead.start,
            end: groups.last()?.end,
            digits,
            sizes: groups
                .iter()
                .map(|group| u8::try_from(group.len()).unwrap_or(u8::MAX))
                .collect(),
            separators: gaps.separators,
            plus: lead.plus,
            bracketed: gaps.bracketed,
            crowded: false,
        })
    }
}

/// What stands between groups.
struct Gaps {
    separators: Vec<Separator>,
    bracketed: Option<(usize, usize)>,
    is_open: bool,
}

impl Gaps {
    /// None where something stands between the groups that stands in no number.
    fn read(text: &[u8], groups: &[Range<usize>], is_open: bool) -> Option<Self> {
        let mut gaps =
            Self { separators: Vec::with_capacity(groups.len()), bracketed: None, is_open };
        let mut opened = 0;
        for (index, pair) in groups.windows(2).enumerate() {
            let [before, after] = pair else { return None };
            let mut separator = Separator::None;
            for byte in text.get(before.end..after.start)? {
                match byte {
                    b')' if gaps.is_open => {
                        gaps.is_open = false;
                        gaps.bracketed = Some((opened, index));
                    }
                    b'(' if !gaps.is_open && gaps.bracketed.is_none() => {
                        gaps.is_open = true;
                        opened = index + 1;
                    }
                    _ => separator = separator.joined(Separator::of(*byte)?)?,
                }
            }
            gaps.separators.push(separator);
        }
        Some(gaps)
    }
}

impl Separator {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            b' ' => Some(Self::Space),
            b'-' => Some(Self::Dash),
            b'.' => Some(Self::Dot),
            b'/' => Some(Self::Slash),
            _ => None,
        }
    }

    /// A dash or slash with a space beside it is still one; a dot with a space ends a sentence.
    fn joined(self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::None, _) => Some(next),
            (Self::Space, Self::Dash | Self::Slash) => Some(next),
            (Self::Dash | Self::Slash, Self::Space) => Some(self),
            _ => None,
        }
    }
}

pub fn is_digit(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_digit)
}

/// The byte before a position.
pub fn before(text: &[u8], position: usize) -> Option<u8> {
    text.get(position.checked_sub(1)?).copied()
}
