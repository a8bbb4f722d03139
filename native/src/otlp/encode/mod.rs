//! Writes a batch as a request. What nobody touched is copied in long slices.

mod fates;
mod items;

use bytes::Bytes;

use crate::otlp::attributes::AttributeTable;
use crate::otlp::batch::{Batch, Level, positions};
use crate::otlp::children::Children;
use crate::otlp::error::Error;
use crate::otlp::index::{Envelope, Index};
use crate::otlp::schema_urls;
use crate::otlp::signal::Signal;
use crate::otlp::value::Buffers;
use crate::otlp::walk::Node;
use crate::otlp::wire::{self, WireType};

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

/// Room for an attribute that was added, some more than most take: to grow is to copy all.
const ADDED_BYTES: usize = 64;

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
            None if batch.events_kept.is_some() => {
                let events = batch.core.events()?;
                Some((events, &*events.attributes))
            }
            None => None,
        };
        let links = match batch.edited(Level::Link) {
            Some(table) => Some((batch.core.links()?, table)),
            None => None,
        };
        let kept_share = batch.len() as f64 / batch.core.n_items.max(1) as f64;
        let capacity = (index.raw.len() as f64 * kept_share * 1.05) as usize;
        let n_bytes_added = 2 * batch.overlay.len() + batch.n_added() * ADDED_BYTES;
        let out = Vec::with_capacity(capacity + n_bytes_added + 1024);
        let (fates, payloads) = (Vec::new(), Vec::new());
        let mut writer = Self { batch, index, buffers, fates, payloads, events, links, out };
        writer.fates = writer.item_fates();
        Ok(writer)
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
                writer.nested(1, resource.node.payload_len(), |w| {
                    let start = w.out.len();
                    w.resource(r, resource);
                    w.schema_url(Level::Resource, r, start);
                });
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
                writer.nested(2, scope.node.payload_len(), |w| {
                    let start = w.out.len();
                    w.scope(s, scope);
                    w.schema_url(Level::Scope, s, start);
                });
            });
        }
        self.owner(owner, r, resource.owner, 1, &mut position);
        self.copy(position, resource.node.end);
    }

    /// Writes the URL anew, if the holder did, of the message whose payload began at `start`.
    fn schema_url(&mut self, level: Level, owner: usize, start: usize) {
        if let Some(encoded) = self.batch.schema_urls.get(level, owner) {
            schema_urls::replace(&mut self.out, start, encoded, self.buffers.overlay);
        }
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
