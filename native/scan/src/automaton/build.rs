//! Literals to states, in time linear in their bytes but for one sort.

use super::classes::{Classes, SPACE};
use super::fold::folded_literal;
use super::machine::{Machine, NONE, Node, Output};
use super::search::{DEEP, ENTRIES_FEW, ENTRIES_MAX, LOOK};
use super::windows::{Windows, far_len_min, stride_for};
use super::{Automaton, Length, TooLarge};

/// Half of a second-level cache of 512 KiB: with a larger table for all literals the time per
/// byte grows with their number.
pub(super) const ONE_TABLE_BYTES_MAX: usize = 256 << 10;

/// See `Automaton::new`. Literals whose complete table needs at most `one_table_bytes_max` are
/// one machine.
pub(super) fn build(
    literals: &[&[u8]],
    bytes_max: usize,
    one_table_bytes_max: usize,
) -> Result<Automaton, TooLarge> {
    let classes = Classes::new(literals);
    let folded: Vec<Vec<u8>> = literals.iter().map(|literal| classes.fold(literal)).collect();
    let lengths = folded.iter().map(|literal| Length {
        n_bytes: literal.len() as u32,
        has_space: literal.contains(&SPACE),
    });
    let lengths: Vec<Length> = lengths.collect();
    let order = occurring_in_order(&folded);
    let table_bytes = n_prefixes(&folded, &order) * classes.n_classes() * size_of::<u32>();
    let len_of = |&index: &u32| folded.get(index as usize).map_or(0, Vec::len);
    let stride = stride_for(order.iter().map(len_of));
    let is_far =
        |&index: &u32| table_bytes > one_table_bytes_max && len_of(&index) >= far_len_min(stride);
    let (far, near): (Vec<u32>, Vec<u32>) = order.into_iter().partition(is_far);
    let windows = Windows::new(&far_literals(literals, &far), stride);
    let used = windows.memory_bytes() + size_of_val(lengths.as_slice());
    let rest = bytes_max.checked_sub(used).ok_or(TooLarge)?;
    // 4 MiB: short literals alone rarely need more.
    let near = machine(literals, near, ENTRIES_MAX, rest)?;
    let rest = rest.checked_sub(near.memory_bytes()).ok_or(TooLarge)?;
    // 256 KiB: this table is seldom read.
    let far = machine(literals, far, ENTRIES_FEW, rest)?;
    let longest = lengths.iter().map(|length| length.n_bytes).max().unwrap_or_default();
    Ok(Automaton { near, far, windows, lengths, longest })
}

fn far_literals(literals: &[&[u8]], far: &[u32]) -> Vec<Vec<u8>> {
    let literals = far.iter().filter_map(|&index| literals.get(index as usize));
    literals.map(|literal| folded_literal(literal)).collect()
}

/// The machine of the literals `of`, with no state where there are none. It has classes of its
/// own: the fewer there are, the more of its table stays in the cache.
fn machine(
    literals: &[&[u8]],
    of: Vec<u32>,
    entries_max: usize,
    bytes_max: usize,
) -> Result<Machine, TooLarge> {
    if of.is_empty() {
        return Ok(Machine::default());
    }
    let literal = |&index: &u32| literals.get(index as usize).copied().unwrap_or_default();
    let classes = Classes::new(&of.iter().map(literal).collect::<Vec<_>>());
    let mut folded = vec![Vec::new(); literals.len()];
    for index in &of {
        if let Some(folded) = folded.get_mut(*index as usize) {
            *folded = classes.fold(literal(index));
        }
    }
    let mut order = of;
    order.sort_by_key(|&index| folded.get(index as usize));
    let stride = classes.n_classes();
    let n_nodes = n_prefixes(&folded, &order);
    let n_rows = n_nodes.min(entries_max / stride);
    let node_bytes = n_nodes * (size_of::<Node>() + 2 * size_of::<u32>());
    let literal_bytes = order.len() * (size_of::<Output>() + size_of::<u32>());
    let n_entries = if n_rows * stride > ENTRIES_FEW { ENTRIES_MAX } else { ENTRIES_FEW };
    let table_bytes = n_entries * size_of::<u32>();
    if table_bytes + node_bytes + literal_bytes > bytes_max || n_nodes >= DEEP as usize {
        return Err(TooLarge);
    }
    let table = vec![0; n_entries];
    let mut machine =
        Machine { classes, table, n_rows, stride, literal_order: order, ..Machine::default() };
    machine.add_nodes(&folded, n_nodes);
    machine.link();
    machine.fill_table();
    Ok(machine)
}

/// The literals that are more than white space, by their classes.
fn occurring_in_order(folded: &[Vec<u8>]) -> Vec<u32> {
    let occurs = |literal: &Vec<u8>| literal.iter().any(|&class| class != SPACE);
    let mut order: Vec<u32> = (0u32..)
        .zip(folded)
        .filter_map(|(index, literal)| occurs(literal).then_some(index))
        .collect();
    order.sort_by_key(|&index| folded.get(index as usize));
    order
}

/// How many states there will be, the root among them.
fn n_prefixes(folded: &[Vec<u8>], order: &[u32]) -> usize {
    let mut last: &[u8] = &[];
    let mut n_prefixes = 1;
    for &index in order {
        let literal = folded.get(index as usize).map_or(last, Vec::as_slice);
        let n_common = literal.iter().zip(last).take_while(|(a, b)| a == b).count();
        n_prefixes += literal.len() - n_common;
        last = literal;
    }
    n_prefixes
}

impl Machine {
    /// States breadth first: each stands for a range of the ordered literals, those that share
    /// its prefix; those that are this prefix come first and are its output.
    fn add_nodes(&mut self, folded: &[Vec<u8>], n_nodes: usize) {
        let class_at = |index: u32, depth: u32| {
            folded.get(index as usize).and_then(|literal| literal.get(depth as usize)).copied()
        };
        let mut ranges = Vec::with_capacity(n_nodes);
        ranges.push(0..self.literal_order.len());
        self.push_node(n_nodes, 0, 0);
        let mut at = 0;
        while let Some(range) = ranges.get(at).cloned() {
            let depth = self.depths.get(at).copied().unwrap_or(0);
            let first_child = ranges.len();
            let mut start = range.start;
            let order = self.literal_order.get(range).unwrap_or_default().to_vec();
            for group in order.chunk_by(|&a, &b| class_at(a, depth) == class_at(b, depth)) {
                let end = start + group.len();
                match group.first().and_then(|&index| class_at(index, depth)) {
                    None => self.push_output(at, start, end),
                    Some(class) => {
                        ranges.push(start..end);
                        self.push_node(n_nodes, depth + 1, class);
                    }
                }
                start = end;
            }
            self.set_children(at, first_child);
            at += 1;
        }
    }

    fn push_node(&mut self, n_nodes: usize, depth: u32, class: u8) {
        if self.nodes.is_empty() {
            self.nodes.reserve_exact(n_nodes);
            self.depths.reserve_exact(n_nodes);
            self.output_of.reserve_exact(n_nodes);
        }
        self.nodes.push(Node { class, ..Node::default() });
        self.depths.push(depth);
        self.output_of.push(NONE);
    }

    fn push_output(&mut self, at: usize, start: usize, end: usize) {
        if let Some(output) = self.output_of.get_mut(at) {
            *output = self.outputs.len() as u32;
        }
        self.outputs.push(Output { first: start as u32, end: end as u32, shorter: NONE });
    }

    fn set_children(&mut self, at: usize, first_child: usize) {
        let n_children = self.nodes.len() - first_child;
        let first_child_class = self.nodes.get(first_child).map_or(0, |child| child.class);
        if let Some(node) = self.nodes.get_mut(at) {
            node.first_child = first_child as u32;
            node.n_children = n_children as u16;
            node.first_child_class = first_child_class;
        }
    }

    /// Sets what each state falls back to, and the shorter outputs that follow from it. Both
    /// point to states of less depth, which are done before.
    fn link(&mut self) {
        for at in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(at).copied() else { break };
            for child in self.children(&node) {
                let class = self.nodes.get(child as usize).map_or(0, |child| child.class);
                let fail = if at == 0 { 0 } else { self.fall_back(node.fail, class) };
                self.set_fail(child, fail);
            }
        }
    }

    /// The longest prefix of a literal that ends `state` plus a byte of `class`.
    fn fall_back(&self, mut state: u32, class: u8) -> u32 {
        while let Some(node) = self.nodes.get(state as usize) {
            if let Some(child) = self.child(node, class) {
                return child;
            }
            if state == 0 {
                break;
            }
            state = node.fail;
        }
        0
    }

    fn set_fail(&mut self, child: u32, fail: u32) {
        if let Some(node) = self.nodes.get_mut(child as usize) {
            node.fail = fail;
        }
        let shorter = self.output_of.get(fail as usize).copied().unwrap_or(NONE);
        if let Some(output) = self.output_of.get_mut(child as usize) {
            match self.outputs.get_mut(*output as usize) {
                Some(own) => own.shorter = shorter,
                None => *output = shorter,
            }
        }
    }

    /// The complete rows of the first `n_rows` states: the row of what a state falls back to,
    /// with its own children in it. White space after white space changes nothing.
    fn fill_table(&mut self) {
        let stride = self.stride;
        let mut table = std::mem::take(&mut self.table);
        for (at, node) in self.nodes.iter().enumerate().take(self.n_rows) {
            let row = at * stride;
            let fail = node.fail as usize * stride;
            if at > 0 {
                table.copy_within(fail..fail + stride, row);
            }
            for child in self.children(node) {
                let class = self.nodes.get(child as usize).map_or(0, |child| child.class);
                if let Some(entry) = table.get_mut(row + usize::from(class)) {
                    *entry = self.entry(child);
                }
            }
            if let Some(entry) = table.get_mut(row + usize::from(SPACE))
                && node.class == SPACE
            {
                *entry = row as u32;
            }
        }
        self.table = table;
    }

    fn entry(&self, state: u32) -> u32 {
        if state as usize >= self.n_rows {
            return LOOK | DEEP | state;
        }
        let ends = self.output_of.get(state as usize) != Some(&NONE);
        (state * self.stride as u32) | if ends { LOOK } else { 0 }
    }
}
