//! Which version of the conventions a resource or a scope says that its names are of.
//!
//! `schema_url` is field 3 of `Resource*` as of `Scope*`.

use std::sync::Arc;

use super::batch::{Batch, Level};
use super::error::Error;
use super::fields::{self, FieldEdit};
use super::walk::{Slice, next_field};
use super::wire::{Reader, WireType};

const SCHEMA_URL: u32 = 3;

/// What a holder wrote anew; None where nothing.
#[derive(Clone, Default)]
pub struct SchemaUrls {
    resources: Option<Arc<FieldEdit>>,
    scopes: Option<Arc<FieldEdit>>,
}

impl SchemaUrls {
    pub fn is_edited(&self) -> bool {
        self.resources.is_some() || self.scopes.is_some()
    }

    /// The encoded field of a resource or scope; empty where it was removed.
    pub fn get(&self, level: Level, owner: usize) -> Option<Slice> {
        let edits = if level == Level::Resource { &self.resources } else { &self.scopes };
        edits.as_ref()?.get(owner)
    }
}

impl Batch {
    /// The URL of every resource or scope.
    pub fn schema_urls(&self, level: Level) -> Result<Vec<&[u8]>, Error> {
        let index = self.core.index()?;
        let came =
            if level == Level::Resource { &index.resource_schemas } else { &index.scope_schemas };
        let url = |(owner, &slice)| match self.schema_urls.get(level, owner) {
            Some(encoded) => fields::text(self.overlay(), encoded).slice().bytes(self.overlay()),
            None => Slice::bytes(slice, &index.raw),
        };
        Ok(came.iter().enumerate().map(url).collect())
    }

    /// Writes the URL of the resources or scopes where `mask` is true; an empty one removes it.
    pub fn set_schema_url(&mut self, level: Level, url: &[u8], mask: &[bool]) -> Result<(), Error> {
        let text = if url.is_empty() { None } else { Some(url) };
        let encoded = self.push_text(SCHEMA_URL, text)?;
        let urls = &mut self.schema_urls;
        let slot = if level == Level::Resource { &mut urls.resources } else { &mut urls.scopes };
        let edits = slot.get_or_insert_with(|| Arc::new(FieldEdit::new(SCHEMA_URL, mask.len())));
        let edits = Arc::make_mut(edits);
        for (owner, _) in mask.iter().enumerate().filter(|&(_, &is_meant)| is_meant) {
            edits.set(owner, encoded);
        }
        Ok(())
    }
}

/// Puts an encoded URL in the place of the one of the message whose payload `out` ends with.
pub fn replace(out: &mut Vec<u8>, payload: usize, encoded: Slice, overlay: &[u8]) {
    let mut old = Vec::new();
    let mut reader = Reader::at(out, payload, out.len());
    while let Ok(Some(field)) = next_field(&mut reader) {
        if (field.number, field.wire_type) == (SCHEMA_URL, WireType::Len) {
            old.push(field.start..field.end);
        }
    }
    for range in old.into_iter().rev() {
        out.drain(range);
    }
    out.extend_from_slice(encoded.bytes(overlay));
}
