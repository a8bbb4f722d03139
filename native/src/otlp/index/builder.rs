//! Walks a request once and notes where everything is.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::{Envelope, Index, Metric, MetricKind};
use crate::otlp::attributes::TableBuilder;
use crate::otlp::columns::Columns;
use crate::otlp::error::Error;
use crate::otlp::signal::Signal;
use crate::otlp::walk::{Node, Slice, next_field};
use crate::otlp::wire::{Field, Reader, WireType};

pub struct Builder<'a> {
    raw: &'a [u8],
    resources: Vec<Envelope>,
    scopes: Vec<Envelope>,
    scope_names: Vec<Slice>,
    scope_versions: Vec<Slice>,
    scope_resource: Vec<i32>,
    resource_schemas: Vec<Slice>,
    scope_schemas: Vec<Slice>,
    metrics: Vec<Metric>,
    items: Vec<Node>,
    item_resource: Vec<i32>,
    item_scope: Vec<i32>,
    item_metric: Vec<i32>,
    resource_attributes: TableBuilder,
    scope_attributes: TableBuilder,
    item_attributes: TableBuilder,
    columns: Columns,
    repeats_singular: bool,
}

impl<'a> Builder<'a> {
    pub fn walk(signal: Signal, raw: &'a [u8], n_items: usize) -> Result<Self, Error> {
        // No item is shorter than its tag and length: bounds what a wrong count reserves.
        let n_items = n_items.min(raw.len() / 2);
        let mut builder = Self {
            raw,
            resources: Vec::new(),
            scopes: Vec::new(),
            scope_names: Vec::new(),
            scope_versions: Vec::new(),
            scope_resource: Vec::new(),
            resource_schemas: Vec::new(),
            scope_schemas: Vec::new(),
            metrics: Vec::new(),
            items: Vec::with_capacity(n_items),
            item_resource: Vec::with_capacity(n_items),
            item_scope: Vec::with_capacity(n_items),
            item_metric: Vec::new(),
            resource_attributes: TableBuilder::new(0),
            scope_attributes: TableBuilder::new(0),
            item_attributes: TableBuilder::new(n_items),
            columns: Columns::new(signal, n_items),
            repeats_singular: false,
        };
        let mut reader = Reader::new(raw);
        while let Some(field) = next_field(&mut reader)? {
            if (field.number, field.wire_type) == (1, WireType::Len) {
                builder.resource(Node::of(&field))?;
            }
        }
        Ok(builder)
    }

    pub fn repeats_singular(&self) -> bool {
        self.repeats_singular
            || self.resource_attributes.repeats_singular
            || self.scope_attributes.repeats_singular
            || self.item_attributes.repeats_singular
    }

    pub fn build(self, raw: Bytes) -> Index {
        Index {
            raw,
            resources: self.resources,
            scopes: self.scopes,
            scope_names: self.scope_names,
            scope_versions: self.scope_versions,
            scope_resource: self.scope_resource,
            resource_schemas: self.resource_schemas,
            scope_schemas: self.scope_schemas,
            metrics: self.metrics,
            items: self.items,
            item_resource: self.item_resource,
            item_scope: self.item_scope,
            item_metric: self.item_metric,
            resource_attributes: Arc::new(self.resource_attributes.build()),
            scope_attributes: Arc::new(self.scope_attributes.build()),
            item_attributes: Arc::new(self.item_attributes.build()),
            columns: self.columns,
            events: OnceLock::new(),
            links: OnceLock::new(),
        }
    }

    fn resource(&mut self, node: Node) -> Result<(), Error> {
        let (scope_start, item_start) = (self.scopes.len() as u32, self.items.len() as u32);
        let (mut owner, mut schema) = (None, Slice::default());
        let mut reader = node.reader(self.raw);
        while let Some(field) = next_field(&mut reader)? {
            match (field.number, field.wire_type) {
                (1, WireType::Len) => {
                    self.repeats_singular |= owner.is_some();
                    owner = Some(self.resource_message(&field)?);
                }
                (2, WireType::Len) => self.scope(Node::of(&field))?,
                (3, WireType::Len) => schema = Slice::of(&field),
                _ => {}
            }
        }
        self.resource_attributes.end_owner();
        self.resource_schemas.push(schema);
        self.resources.push(Envelope {
            node,
            owner,
            children: scope_start..self.scopes.len() as u32,
            items: item_start..self.items.len() as u32,
        });
        Ok(())
    }

    fn resource_message(&mut self, field: &Field) -> Result<Node, Error> {
        let node = Node::of(field);
        let mut reader = node.reader(self.raw);
        while let Some(part) = next_field(&mut reader)? {
            if (part.number, part.wire_type) == (1, WireType::Len) {
                self.resource_attributes.add(self.raw, &part)?;
            }
        }
        Ok(node)
    }

    fn scope(&mut self, node: Node) -> Result<(), Error> {
        let (metric_start, item_start) = (self.metrics.len() as u32, self.items.len() as u32);
        let (mut owner, mut schema) = (None, Slice::default());
        let (mut name, mut version) = (Slice::default(), Slice::default());
        let mut reader = node.reader(self.raw);
        while let Some(field) = next_field(&mut reader)? {
            match (field.number, field.wire_type) {
                (1, WireType::Len) => {
                    self.repeats_singular |= owner.is_some();
                    owner = Some(Node::of(&field));
                    (name, version) = self.scope_message(&field)?;
                }
                (2, WireType::Len) => self.scope_child(Node::of(&field))?,
                (3, WireType::Len) => schema = Slice::of(&field),
                _ => {}
            }
        }
        self.scope_attributes.end_owner();
        self.scope_names.push(name);
        self.scope_versions.push(version);
        self.scope_schemas.push(schema);
        self.scope_resource.push(self.resources.len() as i32);
        let items = item_start..self.items.len() as u32;
        let children = match self.columns {
            Columns::Metrics(_) => metric_start..self.metrics.len() as u32,
            _ => items.clone(),
        };
        self.scopes.push(Envelope { node, owner, children, items });
        Ok(())
    }

    /// Name and version of an `InstrumentationScope`.
    fn scope_message(&mut self, field: &Field) -> Result<(Slice, Slice), Error> {
        let (mut name, mut version) = (Slice::default(), Slice::default());
        let mut reader = Node::of(field).reader(self.raw);
        while let Some(part) = next_field(&mut reader)? {
            match (part.number, part.wire_type) {
                (1, WireType::Len) => name = Slice::of(&part),
                (2, WireType::Len) => version = Slice::of(&part),
                (3, WireType::Len) => self.scope_attributes.add(self.raw, &part)?,
                _ => {}
            }
        }
        Ok((name, version))
    }

    fn scope_child(&mut self, node: Node) -> Result<(), Error> {
        let table = &mut self.item_attributes;
        match &mut self.columns {
            Columns::Traces(columns) => {
                self.repeats_singular |= columns.add(self.raw, node, table)?;
            }
            Columns::Logs(columns) => {
                self.repeats_singular |= columns.add(self.raw, node, table)?;
            }
            Columns::Metrics(_) => return self.metric(node),
        }
        self.end_item(node);
        Ok(())
    }

    fn end_item(&mut self, node: Node) {
        self.item_attributes.end_owner();
        self.item_resource.push(self.resources.len() as i32);
        self.item_scope.push(self.scopes.len() as i32);
        self.items.push(node);
    }

    fn metric(&mut self, node: Node) -> Result<(), Error> {
        let item_start = self.items.len() as u32;
        let mut metric = Metric { node, scope: self.scopes.len() as i32, ..Metric::default() };
        let mut reader = node.reader(self.raw);
        while let Some(field) = next_field(&mut reader)? {
            let kind = MetricKind::from_field(field.number);
            match (field.number, field.wire_type, kind) {
                (1, WireType::Len, _) => metric.name = Slice::of(&field),
                (3, WireType::Len, _) => metric.unit = Slice::of(&field),
                (_, WireType::Len, Some(kind)) => {
                    self.repeats_singular |= metric.data.is_some();
                    (metric.data, metric.kind) = (Some(Node::of(&field)), kind);
                    self.points(&field, kind)?;
                }
                _ => {}
            }
        }
        metric.items = item_start..self.items.len() as u32;
        self.metrics.push(metric);
        Ok(())
    }

    fn points(&mut self, data: &Field, kind: MetricKind) -> Result<(), Error> {
        let layout = (kind.attributes_field(), kind.has_value());
        let mut reader = Node::of(data).reader(self.raw);
        while let Some(field) = next_field(&mut reader)? {
            if (field.number, field.wire_type) != (1, WireType::Len) {
                continue;
            }
            let node = Node::of(&field);
            if let Columns::Metrics(columns) = &mut self.columns {
                columns.add(self.raw, node, layout, &mut self.item_attributes)?;
            }
            self.item_metric.push(self.metrics.len() as i32);
            self.end_item(node);
        }
        Ok(())
    }
}
