//! Finds all literals of all rules in one pass.
//!
//! An Aho-Corasick machine. Its states are the prefixes of the literals, numbered breadth
//! first; the first of them, where a text spends nearly all its time, have complete rows in one
//! table, the others name only their own children and the state to fall back to.
//! `docs/adr/0005-own-literal-automaton.md` says why it is our own.

mod build;
mod classes;
mod search;
#[cfg(test)]
mod tests;

use classes::Classes;

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

/// All literals as one state machine over ASCII-folded bytes, in which a run of white space
/// (space, tab, line feed, vertical tab, form feed, carriage return) counts as one space.
#[derive(Debug, Default)]
pub struct Automaton {
    classes: Classes,
    /// Row after row, one entry per byte class: the next state as `search` encodes it.
    table: Vec<u32>,
    /// All states, breadth first; 0 is the root.
    nodes: Vec<Node>,
    /// One end mark after the nodes, so that a node's children are a range of nodes.
    depths: Vec<u32>,
    /// Per state: where its outputs start in `outputs`, `NONE` where nothing ends.
    output_of: Vec<u32>,
    outputs: Vec<Output>,
    /// Literals by their bytes; outputs are ranges of it.
    literal_order: Vec<u32>,
    /// Bytes per literal, each run of white space counted as one.
    lengths: Vec<u32>,
}

const NONE: u32 = u32::MAX;

/// One state: a prefix of a literal.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The state of the longest proper suffix that is a prefix of a literal too.
    fail: u32,
    first_child: u32,
    n_children: u16,
    /// Class of the last byte.
    class: u8,
    /// Class of the first child: most deep states have one child, found without another load.
    first_child_class: u8,
}

/// The literals that end in a state.
#[derive(Clone, Copy, Debug)]
struct Output {
    /// Range of `literal_order`.
    first: u32,
    end: u32,
    /// The output of the longest proper suffix that has one.
    shorter: u32,
}

impl Automaton {
    /// `literals` may hold duplicates. Case is ignored for ASCII letters. A literal that is
    /// empty or nothing but white space never occurs.
    ///
    /// # Errors
    /// `TooLarge` when `memory_bytes` would exceed `bytes_max`, before that memory is taken.
    pub fn new(literals: &[&[u8]], bytes_max: usize) -> Result<Self, TooLarge> {
        build::build(literals, bytes_max)
    }

    /// Appends every occurrence of every literal, overlapping ones too, by ascending end, those
    /// with the same end by descending length. `text` is below 4 GiB.
    pub fn find(&self, text: &[u8], hits: &mut Vec<Hit>) {
        if !self.nodes.is_empty() {
            search::find(self, text, hits);
        }
    }

    /// Where the occurrence `hit` in `text` starts. White space at a literal's very start
    /// covers one byte of white space, the last of a run.
    pub fn start(&self, text: &[u8], hit: Hit) -> usize {
        let mut rest = self.lengths.get(hit.literal as usize).copied().unwrap_or(0);
        let mut start = (hit.end as usize).min(text.len());
        while rest > 0 && start > 0 {
            start -= 1;
            rest -= 1;
            while rest > 0 && start > 0 && is_space(text, start) && is_space(text, start - 1) {
                start -= 1;
            }
        }
        start
    }

    /// Heap memory in use.
    pub fn memory_bytes(&self) -> usize {
        size_of_val(self.table.as_slice())
            + size_of_val(self.nodes.as_slice())
            + size_of_val(self.depths.as_slice())
            + size_of_val(self.output_of.as_slice())
            + size_of_val(self.outputs.as_slice())
            + size_of_val(self.literal_order.as_slice())
            + size_of_val(self.lengths.as_slice())
    }

    fn children(&self, node: &Node) -> std::ops::Range<u32> {
        node.first_child..node.first_child + u32::from(node.n_children)
    }

    /// The child of `node` over `class`. A node's children are ordered by class.
    fn child(&self, node: &Node, class: u8) -> Option<u32> {
        if node.n_children == 0 || node.first_child_class >= class {
            let hit = node.n_children > 0 && node.first_child_class == class;
            return hit.then_some(node.first_child);
        }
        let range = self.children(node);
        let children = self.nodes.get(range.start as usize..range.end as usize)?;
        let at = children.binary_search_by_key(&class, |child| child.class).ok()?;
        Some(node.first_child + at as u32)
    }
}

fn is_space(text: &[u8], index: usize) -> bool {
    text.get(index).is_some_and(|&byte| classes::is_space(byte))
}
