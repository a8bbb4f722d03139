//! The states of an Aho-Corasick machine.
//!
//! States are the prefixes of the literals, numbered breadth first; the first of them, where a
//! text spends nearly all its time, have complete rows in one table, the others name only their
//! own children and the state to fall back to.

use super::classes::Classes;

/// Some of the literals as one state machine over byte classes.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) classes: Classes,
    /// Row after row, one entry per byte class: the next state as `search` encodes it. After
    /// the rows come zeros, which cost no memory until they are read.
    pub(super) table: Vec<u32>,
    pub(super) n_rows: usize,
    /// Entries per row.
    pub(super) stride: usize,
    /// All states, breadth first; 0 is the root.
    pub(super) nodes: Vec<Node>,
    /// Per state: the length of its prefix.
    pub(super) depths: Vec<u32>,
    /// Per state: where its outputs start in `outputs`, `NONE` where nothing ends.
    pub(super) output_of: Vec<u32>,
    pub(super) outputs: Vec<Output>,
    /// Literals by their bytes; outputs are ranges of it.
    pub(super) literal_order: Vec<u32>,
}

pub(super) const NONE: u32 = u32::MAX;

/// One state: a prefix of a literal.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    /// The state of the longest proper suffix that is a prefix of a literal too.
    pub(super) fail: u32,
    pub(super) first_child: u32,
    pub(super) n_children: u16,
    /// Class of the last byte.
    pub(super) class: u8,
    /// Class of the first child: most deep states have one child, found without another load.
    pub(super) first_child_class: u8,
}

/// The literals that end in a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// Range of `literal_order`.
    pub(super) first: u32,
    pub(super) end: u32,
    /// The output of the longest proper suffix that has one.
    pub(super) shorter: u32,
}

impl Machine {
    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(self.table.as_slice())
            + size_of_val(self.nodes.as_slice())
            + size_of_val(self.depths.as_slice())
            + size_of_val(self.output_of.as_slice())
            + size_of_val(self.outputs.as_slice())
            + size_of_val(self.literal_order.as_slice())
    }

    pub(super) fn children(&self, node: &Node) -> std::ops::Range<u32> {
        node.first_child..node.first_child + u32::from(node.n_children)
    }

    /// The child of `node` over `class`. A node's children are ordered by class.
    pub(super) fn child(&self, node: &Node, class: u8) -> Option<u32> {
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
