//! Writes a batch as a request. What nobody touched is copied in long slices.

use bytes::Bytes;

use super::attributes::{AttributeTable, Row};
use super::batch::{Batch, Level, positions};
use super::children::{self, Children, Layout};
use super::error::Error;
use super::index::{Envelope, Index, Metric};
use super::signal::Signal;
use super::value::{self, Buffers};
use super::walk::{Node, next_field};
use super::wire::{self, WireType};

impl Batch {
    /// The request with all edits; the very bytes that came if there are none.
    pub fn encode(&self) -> Result<Bytes, Error> {
        if !self.is_edited() {
            return Ok(self.core.raw.clone());
        }
        let mut writer = Writer::new(self)?;
        writer.request();
        Ok(Bytes::from(writer.out))
    }

    /// The request with all edits, and payloads in the place of items; one per kept item.
    pub fn encode_replaced(&self, payloads: &[Option<Vec<u8>>]) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::new(self)?;
        writer.payloads.resize(writer.fates.len(), None);
        for (i, payload) in positions(&self.kept, self.core.n_items).zip(payloads) {
            if let (Some(payload), Some(slot)) = (payload, writer.payloads.get_mut(i)) {
                *slot = Some(payload);
            }
            if let (Some(_), Some(fate)) = (payload, writer.fates.get_mut(i)) {
                *fate = Fate::Rewritten;
            }
        }
        writer.request();
        Ok(writer.out)
    }
}

/// What becomes of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Copied,
    Rewritten,
    Dropped,
}

struct Writer<'a> {
    batch: &'a Batch,
    index: &'a Index,
    buffers: Buffers<'a>,
    fates: Vec<Fate>,
    /// What stands in the place of items, if anything does.
    payloads: Vec<Option<&'a [u8]>>,
    events: Option<(&'a Children, &'a AttributeTable)>,
    links: Option<(&'a Children, &'a AttributeTable)>,
    out: Vec<u8>,
}

fn slice<T>(all: &[T], range: std::ops::Range<u32>) -> &[T] {
    all.get(range.start as usize..range.end as usize).unwrap_or_default()
}

impl<'a> Writer<'a> {
    fn new(batch: &'a Batch) -> Result<Self, Error> {
        let (index, buffers) = (batch.core.index()?, batch.buffers()?);
        let events = match batch.edited(Level::Event) {
            Some(table) => Some((batch.core.events()?, table)),
            None => None,
        };
        let links = match batch.edited(Level::Link) {
            Some(table) => Some((batch.core.links()?, table)),
            None => None,
        };
        let kept_share = batch.len() as f64 / batch.core.n_items.max(1) as f64;
        let capacity = (index.raw.len() as f64 * kept_share * 1.05) as usize;
        let out = Vec::with_capacity(capacity + 2 * batch.overlay.len() + 1024);
        let (fates, payloads) = (Vec::new(), Vec::new());
        let mut writer = Self { batch, index, buffers, fates, payloads, events, links, out };
        writer.fates = writer.item_fates();
        Ok(writer)
    }

    fn item_fates(&self) -> Vec<Fate> {
        let n_items = self.index.items.len();
        let fate = |i| if self.is_item_touched(i) { Fate::Rewritten } else { Fate::Copied };
        let Some(kept) = &self.batch.kept else { return (0..n_items).map(fate).collect() };
        let mut fates = vec![Fate::Dropped; n_items];
        for &i in kept.iter() {
            if let Some(slot) = fates.get_mut(i as usize) {
                *slot = fate(i as usize);
            }
        }
        fates
    }

    fn is_item_touched(&self, i: usize) -> bool {
        let attributes = self.batch.edited(Level::Item);
        attributes.is_some_and(|table| table.is_touched(i)) || self.is_item_walked(i)
    }

    /// Touched elsewhere than in its attributes: the fields must be walked.
    fn is_item_walked(&self, i: usize) -> bool {
        let touched = |children: Option<(&Children, &AttributeTable)>| {
            children.is_some_and(|(c, table)| c.of(i).any(|child| table.is_touched(child)))
        };
        let field = self.batch.core.signal != Signal::Metrics && self.has_field_edits(i);
        field || touched(self.events) || touched(self.links)
    }

    fn has_field_edits(&self, owner: usize) -> bool {
        self.batch.fields.iter().any(|field| field.get(owner).is_some())
    }

    fn fate_of(&self, items: std::ops::Range<u32>, is_touched: bool) -> Fate {
        let fates = slice(&self.fates, items);
        let is_dropped = match fates.is_empty() {
            true => self.batch.drops_empty,
            false => fates.iter().all(|&fate| fate == Fate::Dropped),
        };
        if is_dropped {
            Fate::Dropped
        } else if is_touched || fates.iter().any(|&fate| fate != Fate::Copied) {
            Fate::Rewritten
        } else {
            Fate::Copied
        }
    }

    fn scope_fate(&self, s: usize, scope: &Envelope) -> Fate {
        let table = self.batch.edited(Level::Scope);
        let mut is_touched = table.is_some_and(|table| table.is_touched(s));
        if self.batch.core.signal == Signal::Metrics {
            let metrics = slice(&self.index.metrics, scope.children.clone());
            let start = scope.children.start as usize;
            let fates = metrics.iter().zip(start..).map(|(metric, m)| self.metric_fate(m, metric));
            is_touched |= fates.into_iter().any(|fate| fate != Fate::Copied);
        }
        self.fate_of(scope.items.clone(), is_touched)
    }

    fn metric_fate(&self, m: usize, metric: &Metric) -> Fate {
        self.fate_of(metric.items.clone(), self.has_field_edits(m))
    }

    fn resource_fate(&self, r: usize, resource: &Envelope) -> Fate {
        let table = self.batch.edited(Level::Resource);
        let scopes = slice(&self.index.scopes, resource.children.clone());
        let start = resource.children.start as usize;
        let is_touched = table.is_some_and(|table| table.is_touched(r))
            || scopes
                .iter()
                .zip(start..)
                .any(|(scope, s)| self.scope_fate(s, scope) != Fate::Copied);
        self.fate_of(resource.items.clone(), is_touched)
    }

    fn copy(&mut self, start: u32, end: u32) {
        let raw = self.buffers.raw;
        self.out.extend_from_slice(raw.get(start as usize..end as usize).unwrap_or_default());
    }

    /// Writes a message field whose payload `write` writes.
    fn nested(&mut self, number: u32, len_hint: usize, write: impl FnOnce(&mut Self)) {
        wire::put_tag(&mut self.out, number, WireType::Len);
        let header = wire::varint_len(len_hint as u64);
        let start = self.out.len();
        self.out.resize(start + header, 0);
        write(self);
        let len = self.out.len() - start - header;
        let moved = wire::varint_len(len as u64);
        if moved != header {
            self.out.resize(start + len + header.max(moved), 0);
            self.out.copy_within(start + header..start + header + len, start + moved);
            self.out.truncate(start + moved + len);
        }
        put_varint_at(&mut self.out, start, len as u64);
    }

    fn request(&mut self) {
        let index = self.index;
        let mut position = 0;
        for (r, resource) in index.resources.iter().enumerate() {
            let fate = self.resource_fate(r, resource);
            self.child(fate, resource.node, &mut position, |writer| {
                writer.nested(1, resource.node.payload_len(), |w| w.resource(r, resource));
            });
        }
        self.copy(position, index.raw.len() as u32);
    }

    /// Copies what lies before a child that is not copied itself, then lets it be written.
    fn child(&mut self, fate: Fate, node: Node, position: &mut u32, write: impl FnOnce(&mut Self)) {
        if fate == Fate::Copied {
            return;
        }
        self.copy(*position, node.start);
        if fate == Fate::Rewritten {
            write(self);
        }
        *position = node.end;
    }

    fn resource(&mut self, r: usize, resource: &Envelope) {
        let index = self.index;
        let mut position = resource.node.payload;
        let mut owner = self.batch.edited(Level::Resource).filter(|table| table.is_touched(r));
        let start = resource.children.start as usize;
        for (scope, s) in slice(&index.scopes, resource.children.clone()).iter().zip(start..) {
            if is_before(resource.owner, scope.node) {
                self.owner(owner.take(), r, resource.owner, 1, &mut position);
            }
            let fate = self.scope_fate(s, scope);
            self.child(fate, scope.node, &mut position, |writer| {
                writer.nested(2, scope.node.payload_len(), |w| w.scope(s, scope));
            });
        }
        self.owner(owner, r, resource.owner, 1, &mut position);
        self.copy(position, resource.node.end);
    }

    /// Rewrites the `Resource` or `InstrumentationScope` message, or makes one.
    fn owner(
        &mut self,
        table: Option<&AttributeTable>,
        owner: usize,
        node: Option<Node>,
        attributes: u32,
        position: &mut u32,
    ) {
        let Some(table) = table else { return };
        let node = node.unwrap_or(Node { start: *position, payload: *position, end: *position });
        self.copy(*position, node.start);
        self.nested(1, node.payload_len(), |w| w.attributes(table, owner, node, attributes));
        *position = node.end;
    }

    fn scope(&mut self, s: usize, scope: &Envelope) {
        let mut position = scope.node.payload;
        let mut owner = self.batch.edited(Level::Scope).filter(|table| table.is_touched(s));
        for child in scope.children.clone() {
            let child = child as usize;
            let Some(node) = self.scope_child(child) else { continue };
            if is_before(scope.owner, node) {
                self.owner(owner.take(), s, scope.owner, 3, &mut position);
            }
            let fate = self.scope_child_fate(child);
            self.child(fate, node, &mut position, |writer| writer.put_scope_child(child, node));
        }
        self.owner(owner, s, scope.owner, 3, &mut position);
        self.copy(position, scope.node.end);
    }

    fn scope_child(&self, child: usize) -> Option<Node> {
        match self.batch.core.signal {
            Signal::Metrics => self.index.metrics.get(child).map(|metric| metric.node),
            _ => self.index.items.get(child).copied(),
        }
    }

    fn scope_child_fate(&self, child: usize) -> Fate {
        match (self.batch.core.signal, self.index.metrics.get(child)) {
            (Signal::Metrics, Some(metric)) => self.metric_fate(child, metric),
            _ => self.fates.get(child).copied().unwrap_or(Fate::Copied),
        }
    }

    fn put_scope_child(&mut self, child: usize, node: Node) {
        let index = self.index;
        let metrics = self.batch.core.signal == Signal::Metrics;
        self.nested(2, node.payload_len(), |writer| match index.metrics.get(child) {
            Some(metric) if metrics => writer.metric(child, metric),
            _ => writer.item(child, node),
        });
    }

    fn metric(&mut self, m: usize, metric: &Metric) {
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

    fn item(&mut self, i: usize, node: Node) {
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
        let fate = if table.is_touched(child) { Fate::Rewritten } else { Fate::Copied };
        self.child(fate, node, position, |writer| {
            writer.nested(layout.field, node.payload_len(), |w| {
                w.attributes(table, child, node, layout.attributes);
            });
        });
    }

    /// A message of which only attributes have changed.
    fn attributes(&mut self, table: &AttributeTable, owner: usize, node: Node, number: u32) {
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

/// Whether the owner's message, if any, stands before the child; a missing one does.
fn is_before(owner: Option<Node>, child: Node) -> bool {
    owner.is_none_or(|owner| owner.start < child.start)
}

/// Overwrites zeros reserved for it.
fn put_varint_at(out: &mut [u8], start: usize, mut value: u64) {
    let bytes = out.get_mut(start..).unwrap_or_default();
    let n_bytes = wire::varint_len(value);
    for (i, byte) in bytes.iter_mut().take(n_bytes).enumerate() {
        *byte = value as u8 & 0x7f | if i + 1 < n_bytes { 0x80 } else { 0 };
        value >>= 7;
    }
}
