//! What the first bytes of a match may be: tells most places apart from those worth the expression.

use regex_syntax::hir::{Class, ClassBytes, Hir, HirKind, Repetition};

use super::regex;

/// So many bytes of a match are told apart.
const LEN_MAX: usize = 12;

/// By position: the bytes that may stand there. A match has at least so many bytes.
#[derive(Debug, Default)]
pub(super) struct Lead {
    sets: Vec<ByteSet>,
}

/// One bit for each byte.
#[derive(Clone, Copy, Debug, Default)]
struct ByteSet([u64; 4]);

impl Lead {
    /// Of an expression that is not valid it says nothing.
    pub fn new(pattern: &str, ignore_case: bool) -> Self {
        let hir = regex::parsed(pattern, ignore_case);
        Self { sets: hir.map_or_else(Vec::new, |hir| start_of(&hir).sets) }
    }

    /// False if no match starts at the beginning of `rest`.
    pub fn may_start(&self, rest: &[u8]) -> bool {
        rest.len() >= self.sets.len()
            && self.sets.iter().zip(rest).all(|(set, &byte)| set.has(byte))
    }

    pub const fn memory_bytes(&self) -> usize {
        self.sets.capacity() * size_of::<ByteSet>()
    }
}

impl ByteSet {
    fn has(self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 != 0)
    }

    fn add(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    fn add_all(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, more)| *word |= more);
    }

    fn of_class(class: &ClassBytes) -> Self {
        let mut set = Self::default();
        for range in class.ranges() {
            (range.start()..=range.end()).for_each(|byte| set.add(byte));
        }
        set
    }

    fn of_byte(byte: u8) -> Self {
        let mut set = Self::default();
        set.add(byte);
        set
    }
}

/// The sets of the first bytes that part of an expression takes.
#[derive(Clone)]
struct Start {
    sets: Vec<ByteSet>,
    /// It takes just these bytes, so that what comes after it comes after them.
    is_all: bool,
}

impl Start {
    const fn all(sets: Vec<ByteSet>) -> Self {
        Self { sets, is_all: true }
    }

    /// Itself and then the other.
    fn then(&mut self, next: &Self) {
        if self.is_all {
            self.sets.extend_from_slice(&next.sets);
            self.is_all = next.is_all && self.sets.len() <= LEN_MAX;
            self.sets.truncate(LEN_MAX);
        }
    }

    /// Itself or the other.
    fn or(&mut self, other: &Self) {
        self.is_all &= other.is_all && self.sets.len() == other.sets.len();
        self.sets.truncate(other.sets.len());
        self.sets.iter_mut().zip(&other.sets).for_each(|(set, &more)| set.add_all(more));
    }
}

fn start_of(hir: &Hir) -> Start {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Start::all(Vec::new()),
        HirKind::Literal(literal) => {
            let mut start = Start::all(Vec::new());
            let bytes = literal.0.iter().map(|&byte| ByteSet::of_byte(byte));
            start.then(&Start::all(bytes.collect()));
            start
        }
        HirKind::Class(Class::Bytes(class)) => Start::all(vec![ByteSet::of_class(class)]),
        HirKind::Class(Class::Unicode(_)) => Start { sets: Vec::new(), is_all: false },
        HirKind::Repetition(repetition) => start_of_repetition(repetition),
        HirKind::Capture(capture) => start_of(&capture.sub),
        HirKind::Concat(parts) => parts.iter().fold(Start::all(Vec::new()), |mut start, part| {
            if start.is_all {
                start.then(&start_of(part));
            }
            start
        }),
        HirKind::Alternation(parts) => {
            let mut starts = parts.iter().map(start_of);
            let mut start = starts.next().unwrap_or_else(|| Start::all(Vec::new()));
            starts.for_each(|other| start.or(&other));
            start
        }
    }
}

fn start_of_repetition(repetition: &Repetition) -> Start {
    let (once, mut start) = (start_of(&repetition.sub), Start::all(Vec::new()));
    // Parts without a byte of their own would go on for ever.
    for _ in 0..repetition.min.min(LEN_MAX as u32 + 1) {
        start.then(&once);
    }
    start.is_all &= repetition.max == Some(repetition.min);
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes are told apart, and whether a match may start with the text.
    fn lead(pattern: &str, text: &[u8]) -> (usize, bool) {
        let lead = Lead::new(pattern, false);
        (lead.sets.len(), lead.may_start(text))
    }

    #[test]
    fn the_first_bytes_are_told_apart_as_far_as_they_are_fixed() {
        assert_eq!(lead("sk-[0-9a-z]{4,9}x", b"sk-ab12"), (7, true));
        assert_eq!(lead("sk-[0-9a-z]{4,9}x", b"sk-ab-2"), (7, false));
        assert_eq!(lead("sk-[0-9a-z]{4,9}x", b"sk-ab1"), (7, false));
        assert_eq!(lead("a(?:bc|b|de)f", b"adz"), (2, true));
        assert_eq!(lead("a(?:bc|bd|de)f", b"abe-"), (4, false));
        assert_eq!(lead("ab?c", b"az"), (1, true));
        assert_eq!(lead(r"\bab*", b"a"), (1, true));
        assert_eq!(lead("(?:x{2}y){2}z", b"xxyxxyz"), (7, true));
        assert_eq!(lead("(?:){9}a{0}b", b"b"), (1, true));
        assert_eq!(lead("(?:a|)b", b"b"), (0, true));
        assert_eq!(lead(r"[\s\S]", b""), (1, false));
        assert_eq!(lead("(", b""), (0, true));
    }

    #[test]
    fn a_part_that_is_cut_is_not_followed_by_the_next() {
        let (n_bytes, may_start) = lead("[a-z]{40}1", &[b'a'; 41]);
        assert_eq!((n_bytes, may_start), (LEN_MAX, true));
        assert_eq!(lead("a{12}", &[b'a'; 12]), (LEN_MAX, true));
        assert_eq!(lead("(?:a{12}|a{13})b", &[b'a'; 13]), (LEN_MAX, true));
    }

    #[test]
    fn case_is_ignored_where_the_expression_does() {
        assert!(Lead::new("Key=", true).may_start(b"kEY="));
        assert!(!Lead::new("Key=", false).may_start(b"kEY="));
    }
}
