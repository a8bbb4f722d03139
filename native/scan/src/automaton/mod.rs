//! Finds all literals of all rules in one call.
//!
//! A few literals are one Aho-Corasick machine with a table that stays in the cache. Many are
//! two parts: short ones are such a machine, and long ones are looked for by windows of eight
//! bytes in a folded copy of the text, so that the machine of the long ones runs only where a window was seen.
//! `docs/adr/0005-own-literal-automaton.md` says why it is our own.

mod again;
mod build;
mod classes;
mod far;
mod fold;
mod machine;
mod rarity;
mod search;
#[cfg(test)]
mod tests;
mod windows;

pub use again::Found;
pub(crate) use classes::is_space;
use fold::Folded;
use machine::Machine;
use windows::Windows;

/// What was found: which literal, and where it ends. Where it starts depends on the white
/// space in between: see `Automaton::start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// One past the last byte; where a literal ends with white space, one past the first byte
    /// of the white space in the text.
    pub end: u32,
    /// Index into the literals the automaton was built from.
    pub literal: u32,
}

/// The literals need more memory than allowed.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLarge;

/// Memory that one thread uses again for every text.
#[derive(Default)]
pub struct FindScratch {
    folded: Folded,
    /// Of windows.
    starts: Vec<u32>,
    rest: search::Rest,
    /// Between what is known of a text.
    between: Vec<Hit>,
}

/// Nothing of a text is shown.
impl std::fmt::Debug for FindScratch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FindScratch").finish_non_exhaustive()
    }
}

/// All literals over ASCII-folded bytes, where a run of white space (space, tab, line feed,
/// vertical tab, form feed, carriage return) counts as one space.
#[derive(Debug, Default)]
pub struct Automaton {
    /// Looked for everywhere.
    near: Machine,
    /// Looked for where `windows` says; holds no state where there are few literals.
    far: Machine,
    windows: Windows,
    lengths: Vec<Length>,
    /// Bytes of the longest literal, each run of white space as one.
    longest: u32,
}

/// How long a literal is.
#[derive(Clone, Copy, Debug, Default)]
struct Length {
    /// Each run of white space counts as one.
    n_bytes: u32,
    /// Without white space it is as long in every text.
    has_space: bool,
}

impl Automaton {
    /// `literals` may hold duplicates. Case is ignored for ASCII letters. A literal that is
    /// empty or nothing but white space never occurs.
    ///
    /// # Errors
    /// `TooLarge` when `memory_bytes` would exceed `bytes_max`; the machines' memory is not
    /// taken then.
    pub fn new(literals: &[&[u8]], bytes_max: usize) -> Result<Self, TooLarge> {
        build::build(literals, bytes_max, build::ONE_TABLE_BYTES_MAX)
    }

    /// Appends every occurrence of every literal, overlapping ones too, by ascending end, those
    /// with the same end by descending length. `text` is below 4 GiB.
    pub fn find(&self, text: &[u8], hits: &mut Vec<Hit>, scratch: &mut FindScratch) {
        let n_before = hits.len();
        if !self.far.nodes.is_empty() {
            let FindScratch { folded, starts, .. } = &mut *scratch;
            folded.set(text);
            far::find(&self.far, &self.windows, folded, hits, starts);
        }
        let n_far = hits.len() - n_before;
        if !self.near.nodes.is_empty() {
            search::find(&self.near, text, hits, &mut scratch.rest);
        }
        if n_far > 0 && hits.len() > n_before + n_far {
            // Two ascending runs, which this sort merges; far ones, the longer, come first.
            hits.get_mut(n_before..).unwrap_or_default().sort_by_key(|hit| hit.end);
        }
    }

    /// Where the occurrence `hit` in `text` starts. White space at a literal's very start
    /// covers one byte of white space, the last of a run.
    pub fn start(&self, text: &[u8], hit: Hit) -> usize {
        let length = self.lengths.get(hit.literal as usize).copied().unwrap_or_default();
        let (mut rest, mut start) = (length.n_bytes, (hit.end as usize).min(text.len()));
        if !length.has_space {
            return start.saturating_sub(rest as usize);
        }
        while rest > 0 && start > 0 {
            start -= 1;
            rest -= 1;
            while rest > 0 && start > 0 && classes::is_space_twice(text, start) {
                start -= 1;
            }
        }
        start
    }

    /// Heap memory in use.
    pub fn memory_bytes(&self) -> usize {
        self.near.memory_bytes()
            + self.far.memory_bytes()
            + self.windows.memory_bytes()
            + size_of_val(self.lengths.as_slice())
    }
}
