//! Writes metrics, items and their attributes.

use super::{Fate, Writer, slice};
use crate::otlp::attributes::{AttributeTable, Row};
use crate::otlp::batch::Level;
use crate::otlp::children::{self, Children, Layout};
use crate::otlp::index::Metric;
use crate::otlp::signal::Signal;
use crate::otlp::value;
use crate::otlp::walk::{Node, next_field};
use crate::otlp::wire::{self, WireType};

impl<'a> Writer<'a> {
    pub(super) fn metric(&mut self, m: usize, metric: &Metric) {
        let mut reader = metric.node.reader(self.buffers.raw);
        let mut position = metric.node.payload;
        while let Ok(Some(field)) = next_field(&mut reader) {
            let node = Node::of(&field);
            if Some(node) == metric.data {
                let fate = self.fate_of(metric.items.clone(), false);
                self.child(fate, node, &mut position, |writer| {
                    let number = metric.kind.field();
                    writer.nested(number, node.payload_len(), |w| w.points(metric, node));
                });
            } else if self.is_field_edited(field.number, m) {
                self.child(Fate::Dropped, node, &mut position, |_| {});
            }
        }
        self.copy(position, metric.node.end);
        self.put_fields(m);
    }

    fn is_field_edited(&self, number: u32, owner: usize) -> bool {
        self.batch.field(number, owner).is_some()
    }

    /// Appends the fields that the holder wrote anew.
    fn put_fields(&mut self, owner: usize) {
        let batch = self.batch;
        for field in batch.fields.iter() {
            if let Some(encoded) = field.get(owner) {
                self.out.extend_from_slice(encoded.bytes(&batch.overlay));
            }
        }
    }

    fn points(&mut self, metric: &Metric, data: Node) {
        let index = self.index;
        let mut position = data.payload;
        let start = metric.items.start as usize;
        for (&node, i) in slice(&index.items, metric.items.clone()).iter().zip(start..) {
            let fate = self.fates.get(i).copied().unwrap_or(Fate::Copied);
            self.child(fate, node, &mut position, |writer| {
                writer.nested(1, node.payload_len(), |w| w.item(i, node));
            });
        }
        self.copy(position, data.end);
    }

    pub(super) fn item(&mut self, i: usize, node: Node) {
        let attributes = self.index.attributes_field(i);
        let table = self.batch.edited(Level::Item);
        if let Some(Some(payload)) = self.payloads.get(i) {
            self.out.extend_from_slice(payload);
        } else if self.is_item_walked(i) {
            self.walked_item(i, node, attributes);
        } else if let Some(table) = table {
            self.attributes(table, i, node, attributes);
        }
    }

    /// An item of which more than the attributes may have changed.
    fn walked_item(&mut self, i: usize, node: Node, attributes: u32) {
        let table = self.batch.edited(Level::Item);
        let rows = table.map(|table| table.rows(i)).unwrap_or_default();
        let mut rows = rows.iter().filter(|row| row.is_changed());
        let mut row = rows.next();
        let (mut event, mut link) = (0, 0);
        let mut position = node.payload;
        let mut reader = node.reader(self.buffers.raw);
        while let Ok(Some(field)) = next_field(&mut reader) {
            let part = Node::of(&field);
            if row.is_some_and(|row| row.start == part.start) {
                if let (Some(row), Some(table)) = (row, table) {
                    self.row(table, row, attributes, &mut position);
                }
                row = rows.next();
            } else if self.batch.core.signal != Signal::Metrics
                && self.is_field_edited(field.number, i)
            {
                self.child(Fate::Dropped, part, &mut position, |_| {});
            } else if field.number == children::EVENTS.field && field.wire_type == WireType::Len {
                self.span_child(self.events, (i, event), children::EVENTS, &mut position);
                event += 1;
            } else if field.number == children::LINKS.field && field.wire_type == WireType::Len {
                self.span_child(self.links, (i, link), children::LINKS, &mut position);
                link += 1;
            }
        }
        self.copy(position, node.end);
        if let Some(table) = table {
            self.added(table, i, attributes);
        }
        if self.batch.core.signal != Signal::Metrics {
            self.put_fields(i);
        }
    }

    /// Rewrites the `nth` event or link of a span if it is touched.
    fn span_child(
        &mut self,
        children: Option<(&'a Children, &'a AttributeTable)>,
        (span, nth): (usize, usize),
        layout: Layout,
        position: &mut u32,
    ) {
        let Some((children, table)) = children else { return };
        let child = children.of(span).start + nth;
        let Some(&node) = children.nodes.get(child) else { return };
        let fate = match table.is_touched(child) {
            _ if layout.is_event && !self.batch.is_event_kept(child) => Fate::Dropped,
            true => Fate::Rewritten,
            false => Fate::Copied,
        };
        self.child(fate, node, position, |writer| {
            writer.nested(layout.field, node.payload_len(), |w| {
                w.attributes(table, child, node, layout.attributes);
            });
        });
    }

    /// A message of which only attributes have changed.
    pub(super) fn attributes(
        &mut self,
        table: &AttributeTable,
        owner: usize,
        node: Node,
        number: u32,
    ) {
        let mut position = node.payload;
        for row in table.rows(owner).iter().filter(|row| row.is_changed()) {
            self.row(table, row, number, &mut position);
        }
        self.copy(position, node.end);
        self.added(table, owner, number);
    }

    fn added(&mut self, table: &AttributeTable, owner: usize, number: u32) {
        for row in table.added(owner) {
            self.key_value(table.keys().get(row.key), row, number);
        }
    }

    fn row(&mut self, table: &AttributeTable, row: &Row, number: u32, position: &mut u32) {
        self.copy(*position, row.start);
        *position = row.end;
        let key = table.keys().get(row.key);
        if row.is_replaced() {
            self.key_value(key, row, number);
        } else if !row.is_removed() {
            self.renamed(key, row, number);
        }
    }

    fn key_value(&mut self, key: &[u8], row: &Row, number: u32) {
        let cell = row.cell();
        let any = value::size(&cell);
        let len = wire::len_field_size(1, key.len()) + wire::len_field_size(2, any);
        wire::put_tag(&mut self.out, number, WireType::Len);
        wire::put_varint(&mut self.out, len as u64);
        wire::put_len_field(&mut self.out, 1, key);
        wire::put_tag(&mut self.out, 2, WireType::Len);
        wire::put_varint(&mut self.out, any as u64);
        value::put(&mut self.out, &cell, &self.buffers);
    }

    /// The key anew, and all else of the `KeyValue` as it came.
    fn renamed(&mut self, key: &[u8], row: &Row, number: u32) {
        let raw = self.buffers.raw;
        let mut field = wire::Reader::at(raw, row.start as usize, row.end as usize);
        let Ok(Some(pair)) = next_field(&mut field) else { return };
        let node = Node::of(&pair);
        self.nested(number, node.payload_len() + key.len(), |writer| {
            wire::put_len_field(&mut writer.out, 1, key);
            let mut position = node.payload;
            let mut reader = node.reader(raw);
            while let Ok(Some(part)) = next_field(&mut reader) {
                if part.number == 1 {
                    writer.child(Fate::Dropped, Node::of(&part), &mut position, |_| {});
                }
            }
            writer.copy(position, node.end);
        });
    }
}
