//! A digit cluster taken apart into groups, and the stretches of groups that may be a number.

use std::ops::Range;

use smallvec::SmallVec;

/// More groups than any number is written with: `00 33 (0) 6 12 34 56 78`.
const GROUPS_MAX: usize = 9;
/// 15 of E.164 and an international prefix.
pub const DIGITS_MAX: usize = 18;

const FIELD_DIGITS_MIN: usize = 9;

/// The digit groups between two positions of a text.
pub struct Cluster<'a> {
    pub text: &'a [u8],
    /// Most clusters have no more than a number has at most, and are taken apart without memory.
    pub groups: SmallVec<[Range<usize>; GROUPS_MAX]>,
}

/// Consecutive groups of a cluster with what is written around them.
#[derive(Debug, Default)]
pub struct Candidate {
    /// Positions of the first and the last group in the cluster.
    pub first: usize,
    pub last: usize,
    /// In the text; a sign or bracket before the first group is inside.
    pub start: usize,
    pub end: usize,
    pub digits: SmallVec<[u8; DIGITS_MAX]>,
    pub sizes: SmallVec<[u8; GROUPS_MAX]>,
    /// What stands between the groups, brackets left out.
    pub separators: SmallVec<[Separator; GROUPS_MAX]>,
    pub plus: bool,
    /// The groups in brackets, counted from the first.
    pub bracketed: Option<(usize, usize)>,
    /// The group before which a bracket opened that is still open.
    open: Option<usize>,
    /// Another group follows or precedes, separated like the groups inside.
    pub crowded: bool,
    /// A digit follows or precedes, separated by a comma.
    pub listed: bool,
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
    pub bracket: Option<usize>,
}

impl<'a> Cluster<'a> {
    pub fn new(text: &'a [u8], start: usize, end: usize) -> Self {
        let mut groups = SmallVec::<[Range<usize>; GROUPS_MAX]>::new();
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
    pub fn leads(&self, first: usize) -> impl Iterator<Item = Lead> + use<> {
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
}

impl Candidate {
    /// Becomes a group alone. False if that is too long.
    pub fn begin(&mut self, cluster: &Cluster<'_>, first: usize, lead: Lead) -> bool {
        self.digits.clear();
        self.sizes.clear();
        self.separators.clear();
        (self.first, self.start, self.plus) = (first, lead.start, lead.plus);
        self.bracketed = None;
        self.open = lead.bracket.map(|_| 0);
        self.push(cluster, first)
    }

    /// Takes the next group in. False if there is none or no number goes on like that.
    pub fn extend(&mut self, cluster: &Cluster<'_>) -> bool {
        let next = self.last + 1;
        let Some(group) = cluster.groups.get(next) else { return false };
        self.sizes.len() < GROUPS_MAX
            && self.separate(cluster.text.get(self.end..group.start).unwrap_or_default())
            && self.push(cluster, next)
    }

    /// No bracket is left open.
    pub fn is_closed(&self) -> bool {
        self.open.is_none()
    }

    /// Whether a comma beside it ends a field: fractions and thousands are shorter, or grouped
    /// by spaces or dots.
    pub fn is_field(&self) -> bool {
        self.digits.len() >= FIELD_DIGITS_MIN
            && self.separators.iter().all(|gap| *gap == Separator::Dash)
    }

    /// The digits group by group.
    pub fn groups(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.digits.as_slice();
        self.sizes.iter().map_while(move |size| {
            let (group, after) = rest.split_at_checked(usize::from(*size))?;
            rest = after;
            Some(group)
        })
    }

    fn push(&mut self, cluster: &Cluster<'_>, position: usize) -> bool {
        let Some(group) = cluster.groups.get(position) else { return false };
        if self.digits.len() + group.len() > DIGITS_MAX {
            return false;
        }
        self.digits.extend_from_slice(cluster.text.get(group.clone()).unwrap_or_default());
        self.sizes.push(u8::try_from(group.len()).unwrap_or(u8::MAX));
        (self.last, self.end) = (position, group.end);
        true
    }

    /// Takes in what stands before the next group. False if it stands in no number.
    fn separate(&mut self, gap: &[u8]) -> bool {
        let mut separator = Some(Separator::None);
        for byte in gap {
            match (byte, self.open) {
                (b')', Some(opened)) => {
                    self.bracketed = Some((opened, self.sizes.len() - 1));
                    self.open = None;
                }
                (b'(', None) if self.bracketed.is_none() => self.open = Some(self.sizes.len()),
                _ => separator = separator.and_then(|before| before.joined(Separator::of(*byte)?)),
            }
        }
        self.separators.extend(separator);
        separator.is_some()
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
