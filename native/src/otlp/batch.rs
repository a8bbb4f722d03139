//! A batch: shared bytes with an index, and one holder's edits.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::attributes::AttributeTable;
use super::children::{self, Children};
use super::error::Error;
use super::fields::FieldEdit;
use super::index::Index;
use super::schema_urls::SchemaUrls;
use super::signal::Signal;
use super::value::{Buffers, Cell};
use crate::ack::Hold;

/// The bytes of a valid request, and what is known about them. Shared by all holders.
pub struct Core {
    pub signal: Signal,
    pub raw: Bytes,
    pub n_items: usize,
    /// Released with the bytes.
    pub holds: Arc<Vec<Hold>>,
    index: OnceLock<Result<Index, Error>>,
}

impl Core {
    pub fn new(signal: Signal, raw: Bytes, n_items: usize, holds: Vec<Hold>) -> Self {
        Self { signal, raw, n_items, holds: Arc::new(holds), index: OnceLock::new() }
    }

    /// Built by whoever asks first.
    pub fn index(&self) -> Result<&Index, Error> {
        let index = self.index.get_or_init(|| Index::new(self.signal, &self.raw, self.n_items));
        index.as_ref().map_err(Clone::clone)
    }

    pub fn events(&self) -> Result<&Children, Error> {
        let index = self.index()?;
        let events =
            index.events.get_or_init(|| Children::new(&index.raw, &index.items, children::EVENTS));
        events.as_ref().map_err(Clone::clone)
    }

    pub fn links(&self) -> Result<&Children, Error> {
        let index = self.index()?;
        let links =
            index.links.get_or_init(|| Children::new(&index.raw, &index.items, children::LINKS));
        links.as_ref().map_err(Clone::clone)
    }
}

/// Whose attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Item,
    Resource,
    Scope,
    Event,
    Link,
}

impl Level {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "item" => Some(Self::Item),
            "resource" => Some(Self::Resource),
            "scope" => Some(Self::Scope),
            "event" => Some(Self::Event),
            "link" => Some(Self::Link),
            _ => None,
        }
    }
}

/// Positions in the request of what a holder still has; None means all.
pub type Kept = Option<Arc<Vec<u32>>>;

/// The positions among `kept`, or all `n`.
pub fn positions(kept: &Kept, n: usize) -> impl Iterator<Item = usize> {
    let kept = kept.as_ref().map(|kept| kept.as_slice());
    let n = kept.map_or(n, <[u32]>::len);
    (0..n).map(move |i| kept.map_or(i, |kept| kept.get(i).map_or(usize::MAX, |&k| k as usize)))
}

/// One holder's batch. Cheap to clone: what is edited later is copied then.
#[derive(Clone)]
pub struct Batch {
    pub core: Arc<Core>,
    pub kept: Kept,
    /// Edited attributes by `Level`; None where they are those of the index.
    pub(super) tables: [Option<Arc<AttributeTable>>; 5],
    pub(super) overlay: Arc<Vec<u8>>,
    pub(super) fields: Arc<Vec<FieldEdit>>,
    pub(super) schema_urls: SchemaUrls,
    /// By position in the request, whether an event is still there; None means all.
    pub(super) events_kept: Option<Arc<Vec<bool>>>,
    /// Leave out envelopes that came without items.
    pub drops_empty: bool,
}

impl Batch {
    pub fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            kept: None,
            tables: Default::default(),
            overlay: Arc::default(),
            fields: Arc::default(),
            schema_urls: SchemaUrls::default(),
            events_kept: None,
            drops_empty: false,
        }
    }

    /// How many items are kept.
    pub fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.core.n_items, |kept| kept.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_edited(&self) -> bool {
        self.kept.is_some() || self.drops_empty || self.has_changes()
    }

    /// Edited otherwise than by dropping items.
    pub fn has_changes(&self) -> bool {
        !self.fields.is_empty()
            || self.schema_urls.is_edited()
            || self.events_kept.is_some()
            || self.tables.iter().flatten().any(|table| table.is_edited())
    }

    /// Attributes that were added, at all levels.
    pub(super) fn n_added(&self) -> usize {
        self.tables.iter().flatten().map(|table| table.n_added()).sum()
    }

    /// The edited table of a level, if there is one.
    pub(super) fn edited(&self, level: Level) -> Option<&AttributeTable> {
        self.tables.get(level as usize)?.as_deref().filter(|table| table.is_edited())
    }

    pub fn table(&self, level: Level) -> Result<&Arc<AttributeTable>, Error> {
        match self.tables.get(level as usize) {
            Some(Some(table)) => Ok(table),
            _ => self.indexed(level),
        }
    }

    fn indexed(&self, level: Level) -> Result<&Arc<AttributeTable>, Error> {
        let index = self.core.index()?;
        Ok(match level {
            Level::Item => &index.item_attributes,
            Level::Resource => &index.resource_attributes,
            Level::Scope => &index.scope_attributes,
            Level::Event => &self.core.events()?.attributes,
            Level::Link => &self.core.links()?.attributes,
        })
    }

    /// The table of a level, this holder's own.
    pub(super) fn table_mut(&mut self, level: Level) -> Result<&mut AttributeTable, Error> {
        let indexed = match self.tables.get(level as usize) {
            Some(Some(_)) => None,
            _ => Some(Arc::clone(self.indexed(level)?)),
        };
        let [item, resource, scope, event, link] = &mut self.tables;
        let slot = match level {
            Level::Item => item,
            Level::Resource => resource,
            Level::Scope => scope,
            Level::Event => event,
            Level::Link => link,
        };
        Ok(Arc::make_mut(slot.get_or_insert_with(|| indexed.unwrap_or_default())))
    }

    /// Where the ranges of cells point to.
    pub fn buffers(&self) -> Result<Buffers<'_>, Error> {
        Ok(Buffers { raw: &self.core.index()?.raw, overlay: &self.overlay })
    }

    pub fn overlay(&self) -> &Arc<Vec<u8>> {
        &self.overlay
    }

    /// Positions of the owners at a level, those of dropped items left out.
    pub fn owners(&self, level: Level) -> Result<Kept, Error> {
        match level {
            Level::Item => Ok(self.kept.clone()),
            Level::Resource | Level::Scope => Ok(None),
            Level::Event => self.events_kept(),
            Level::Link => Ok(self.children_kept(self.core.links()?)),
        }
    }

    fn events_kept(&self) -> Result<Kept, Error> {
        if self.events_kept.is_none() {
            return Ok(self.children_kept(self.core.events()?));
        }
        Ok(Some(Arc::new(self.event_positions()?.map(|event| event as u32).collect())))
    }

    fn children_kept(&self, children: &Children) -> Kept {
        let kept = self.kept.as_ref()?;
        let positions = kept.iter().flat_map(|&i| children.of(i as usize));
        Some(Arc::new(positions.map(|position| position as u32).collect()))
    }

    /// How many owners a level has, for this holder.
    pub fn n_owners(&self, level: Level) -> Result<usize, Error> {
        let n_all = self.table(level)?.n_owners();
        Ok(self.owners(level)?.map_or(n_all, |kept| kept.len()))
    }

    /// The first value under `key` of every owner.
    pub fn attribute(&self, level: Level, key: &[u8]) -> Result<Vec<Cell>, Error> {
        let (table, owners) = (self.table(level)?, self.owners(level)?);
        let owners = positions(&owners, table.n_owners());
        let mut guess = 0;
        let mut get = |owner, id| table.get_near(owner, id, &mut guess).unwrap_or_default();
        Ok(match table.keys().find(key) {
            Some(id) => owners.map(|owner| get(owner, id)).collect(),
            None => owners.map(|_| Cell::default()).collect(),
        })
    }

    /// The distinct keys at a level, in order of first appearance.
    pub fn keys(&self, level: Level) -> Result<Vec<Vec<u8>>, Error> {
        let (table, owners) = (self.table(level)?, self.owners(level)?);
        let mut seen = vec![false; table.keys().len()];
        let mut keys = Vec::new();
        for row in positions(&owners, table.n_owners()).flat_map(|owner| table.live(owner)) {
            match seen.get_mut(row.key as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            keys.push(table.keys().get(row.key).to_vec());
            if keys.len() == seen.len() {
                break;
            }
        }
        Ok(keys)
    }
}
