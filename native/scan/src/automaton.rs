//! Finds all literals of all rules in one pass.

/// What was found: which literal, and where it ends. Where it starts depends on the white
/// space in between: see `Automaton::start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    pub end: u32,
    pub literal: u32,
}

/// All literals as one state machine over ASCII-folded bytes, in which a run of white space
/// (space, tab, line ends) counts as one space.
#[derive(Debug, Default)]
pub struct Automaton {}

/// The literals need more memory than allowed.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLarge;

impl Automaton {
    /// `literals` may hold duplicates; none is empty. Case is ignored for ASCII letters.
    pub fn new(literals: &[&[u8]], bytes_max: usize) -> Result<Self, TooLarge> {
        let _ = (literals, bytes_max);
        Ok(Self {})
    }

    /// Appends every occurrence of every literal, overlapping ones too, by ascending end.
    pub fn find(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let _ = (text, hits);
    }

    /// Where the occurrence `hit` in `text` starts.
    pub fn start(&self, text: &[u8], hit: Hit) -> usize {
        let _ = (text, hit);
        0
    }

    pub fn memory_bytes(&self) -> usize {
        0
    }
}
