//! Events and links of spans, found when somebody asks for them.

use std::sync::Arc;

use super::attributes::{AttributeTable, TableBuilder};
use super::error::Error;
use super::walk::{Node, Slice, next_field};
use super::wire::WireType;

/// What differs between events and links: field numbers.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// In the span.
    pub field: u32,
    pub attributes: u32,
    /// Whether it has a time (field 1) and a name (field 2).
    pub is_event: bool,
}

pub const EVENTS: Layout = Layout { field: 11, attributes: 3, is_event: true };
pub const LINKS: Layout = Layout { field: 13, attributes: 4, is_event: false };

/// Events or links of all spans, in order.
#[derive(Debug, Default)]
pub struct Children {
    pub nodes: Vec<Node>,
    /// Those of span i are `starts[i]..starts[i + 1]`.
    pub starts: Vec<u32>,
    pub names: Vec<Slice>,
    pub times: Vec<u64>,
    pub attributes: Arc<AttributeTable>,
}

impl Children {
    pub fn new(raw: &[u8], spans: &[Node], layout: Layout) -> Result<Self, Error> {
        let mut children = Self::default();
        let mut table = TableBuilder::new(spans.len());
        children.starts.push(0);
        for span in spans {
            let mut reader = span.reader(raw);
            while let Some(field) = next_field(&mut reader)? {
                if (field.number, field.wire_type) == (layout.field, WireType::Len) {
                    children.add(raw, Node::of(&field), layout, &mut table)?;
                }
            }
            children.starts.push(children.nodes.len() as u32);
        }
        children.attributes = Arc::new(table.build());
        Ok(children)
    }

    fn add(
        &mut self,
        raw: &[u8],
        node: Node,
        layout: Layout,
        table: &mut TableBuilder,
    ) -> Result<(), Error> {
        let (mut name, mut time) = (Slice::default(), 0);
        let mut reader = node.reader(raw);
        while let Some(field) = next_field(&mut reader)? {
            match (field.number, field.wire_type) {
                (number, WireType::Len) if number == layout.attributes => table.add(raw, &field)?,
                (1, WireType::Fixed64) if layout.is_event => time = field.value,
                (2, WireType::Len) if layout.is_event => name = Slice::of(&field),
                _ => {}
            }
        }
        table.end_owner();
        self.nodes.push(node);
        self.names.push(name);
        self.times.push(time);
        Ok(())
    }

    /// Positions of the children of span `i`.
    pub fn of(&self, i: usize) -> std::ops::Range<usize> {
        let start = self.starts.get(i).copied().unwrap_or_default();
        let end = self.starts.get(i + 1).copied().unwrap_or(start);
        start as usize..end as usize
    }
}
