//! Where everything is in a request: envelopes, items, attributes, columns.

mod builder;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::attributes::AttributeTable;
use super::children::Children;
use super::columns::Columns;
use super::error::{Error, ErrorKind};
use super::signal::Signal;
use super::validate;
use super::walk::{Node, Slice};
use builder::Builder;

/// A `Resource*` or `Scope*` message.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    pub node: Node,
    /// Its `Resource` or `InstrumentationScope`.
    pub owner: Option<Node>,
    /// Scopes of a resource; of a scope its items, or metrics.
    pub children: Range<u32>,
    pub items: Range<u32>,
}

/// A metric; `data` is its gauge, sum, ..., which holds the points.
#[derive(Clone, Debug, Default)]
pub struct Metric {
    pub node: Node,
    pub data: Option<Node>,
    pub kind: MetricKind,
    pub scope: i32,
    pub items: Range<u32>,
    pub name: Slice,
    pub unit: Slice,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetricKind {
    #[default]
    None,
    Gauge,
    Sum,
    Histogram,
    ExponentialHistogram,
    Summary,
}

impl MetricKind {
    const fn from_field(number: u32) -> Option<Self> {
        match number {
            5 => Some(Self::Gauge),
            7 => Some(Self::Sum),
            9 => Some(Self::Histogram),
            10 => Some(Self::ExponentialHistogram),
            11 => Some(Self::Summary),
            _ => None,
        }
    }

    /// Its field in `Metric`.
    pub const fn field(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Gauge => 5,
            Self::Sum => 7,
            Self::Histogram => 9,
            Self::ExponentialHistogram => 10,
            Self::Summary => 11,
        }
    }

    /// The field of the attributes in its data points.
    pub const fn attributes_field(self) -> u32 {
        match self {
            Self::Histogram => 9,
            Self::ExponentialHistogram => 1,
            _ => 7,
        }
    }

    const fn has_value(self) -> bool {
        matches!(self, Self::Gauge | Self::Sum)
    }
}

#[derive(Debug)]
pub struct Index {
    /// What the offsets refer to.
    pub raw: Bytes,
    pub resources: Vec<Envelope>,
    pub scopes: Vec<Envelope>,
    pub scope_names: Vec<Slice>,
    pub scope_versions: Vec<Slice>,
    pub scope_resource: Vec<i32>,
    pub resource_schemas: Vec<Slice>,
    pub scope_schemas: Vec<Slice>,
    pub metrics: Vec<Metric>,
    pub items: Vec<Node>,
    pub item_resource: Vec<i32>,
    pub item_scope: Vec<i32>,
    /// Of data points; empty for other signals.
    pub item_metric: Vec<i32>,
    pub resource_attributes: Arc<AttributeTable>,
    pub scope_attributes: Arc<AttributeTable>,
    pub item_attributes: Arc<AttributeTable>,
    pub columns: Columns,
    pub events: OnceLock<Result<Children, Error>>,
    pub links: OnceLock<Result<Children, Error>>,
}

impl Index {
    /// Walks a valid request once. Where a message stands twice in a place for one, the
    /// index is that of the merged form.
    pub fn new(signal: Signal, raw: &Bytes, n_items: usize) -> Result<Self, Error> {
        if raw.len() >= u32::MAX as usize {
            return Err(Error::new(ErrorKind::TooLarge, raw.len()));
        }
        let builder = Builder::walk(signal, raw, n_items)?;
        if !builder.repeats_singular() {
            return Ok(builder.build(raw.clone()));
        }
        let merged = Bytes::from(validate::normalise(signal, raw)?);
        Ok(Builder::walk(signal, &merged, n_items)?.build(merged.clone()))
    }

    /// The field of the attributes in item `i`.
    pub fn attributes_field(&self, i: usize) -> u32 {
        match self.columns {
            Columns::Traces(_) => 9,
            Columns::Logs(_) => 6,
            Columns::Metrics(_) => self.metric_of(i).map_or(7, |m| m.kind.attributes_field()),
        }
    }

    fn metric_of(&self, i: usize) -> Option<&Metric> {
        let metric = self.item_metric.get(i)?;
        self.metrics.get(usize::try_from(*metric).ok()?)
    }
}
