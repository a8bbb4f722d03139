//! What becomes of each message: copied, rewritten or dropped.

use super::{Fate, Writer, slice};
use crate::otlp::attributes::AttributeTable;
use crate::otlp::batch::Level;
use crate::otlp::children::Children;
use crate::otlp::index::{Envelope, Metric};
use crate::otlp::signal::Signal;

impl Writer<'_> {
    pub(super) fn item_fates(&self) -> Vec<Fate> {
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

    pub(super) fn is_item_touched(&self, i: usize) -> bool {
        let attributes = self.batch.edited(Level::Item);
        attributes.is_some_and(|table| table.is_touched(i)) || self.is_item_walked(i)
    }

    /// Touched elsewhere than in its attributes: the fields must be walked.
    pub(super) fn is_item_walked(&self, i: usize) -> bool {
        let touched = |children: Option<(&Children, &AttributeTable)>| {
            children.is_some_and(|(c, table)| c.of(i).any(|child| table.is_touched(child)))
        };
        let lost = |(events, _): (&Children, &AttributeTable)| {
            events.of(i).any(|event| !self.batch.is_event_kept(event))
        };
        let field = self.batch.core.signal != Signal::Metrics && self.has_field_edits(i);
        field || touched(self.events) || touched(self.links) || self.events.is_some_and(lost)
    }

    pub(super) fn has_field_edits(&self, owner: usize) -> bool {
        self.batch.fields.iter().any(|field| field.get(owner).is_some())
    }

    pub(super) fn fate_of(&self, items: std::ops::Range<u32>, is_touched: bool) -> Fate {
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

    pub(super) fn scope_fate(&self, s: usize, scope: &Envelope) -> Fate {
        let table = self.batch.edited(Level::Scope);
        let mut is_touched = table.is_some_and(|table| table.is_touched(s))
            || self.batch.schema_urls.get(Level::Scope, s).is_some();
        if self.batch.core.signal == Signal::Metrics {
            let metrics = slice(&self.index.metrics, scope.children.clone());
            let start = scope.children.start as usize;
            let fates = metrics.iter().zip(start..).map(|(metric, m)| self.metric_fate(m, metric));
            is_touched |= fates.into_iter().any(|fate| fate != Fate::Copied);
        }
        self.fate_of(scope.items.clone(), is_touched)
    }

    pub(super) fn metric_fate(&self, m: usize, metric: &Metric) -> Fate {
        self.fate_of(metric.items.clone(), self.has_field_edits(m))
    }

    pub(super) fn resource_fate(&self, r: usize, resource: &Envelope) -> Fate {
        let table = self.batch.edited(Level::Resource);
        let scopes = slice(&self.index.scopes, resource.children.clone());
        let start = resource.children.start as usize;
        let is_touched = table.is_some_and(|table| table.is_touched(r))
            || self.batch.schema_urls.get(Level::Resource, r).is_some()
            || scopes
                .iter()
                .zip(start..)
                .any(|(scope, s)| self.scope_fate(s, scope) != Fate::Copied);
        self.fate_of(resource.items.clone(), is_touched)
    }
}
