//! What a holder may change. Every change is seen by the next read.

use std::sync::Arc;

use super::batch::{Batch, Level, positions};
use super::error::{Error, ErrorKind};
use super::fields::{self, FieldEdit};
use super::value::{self, Cell};
use super::walk::Slice;
use super::wire;

/// Which owners a change concerns, of those the holder has; None means all.
pub type Mask<'a> = Option<&'a [bool]>;

fn is_on(mask: Mask<'_>, i: usize) -> bool {
    mask.is_none_or(|mask| mask.get(i).copied().unwrap_or_default())
}

impl Batch {
    /// Positions of the masked owners, with their place among those the holder has.
    fn masked(&self, level: Level, mask: Mask<'_>) -> Result<Vec<(usize, usize)>, Error> {
        let (n, owners) = (self.table(level)?.n_owners(), self.owners(level)?);
        let masked = positions(&owners, n).enumerate().filter(|&(i, _)| is_on(mask, i));
        Ok(masked.collect())
    }

    /// Sets the k-th key to `cell(k, i)` for the i-th owner; None leaves it alone.
    pub fn set_attributes(
        &mut self,
        level: Level,
        keys: &[&[u8]],
        mask: Mask<'_>,
        cell: impl Fn(usize, usize) -> Option<Cell>,
    ) -> Result<(), Error> {
        let (n, kept) = (self.table(level)?.n_owners(), self.owners(level)?);
        let table = self.table_mut(level)?;
        let n_known = table.keys().len();
        let keys: Vec<u32> = keys.iter().map(|key| table.intern(key)).collect();
        let n_new = keys.iter().filter(|&&key| key as usize >= n_known).count();
        table.reserve(n_new * kept.as_ref().map_or(n, |kept| kept.len()));
        for (i, owner) in positions(&kept, n).enumerate().filter(|&(i, _)| is_on(mask, i)) {
            for (k, &key) in keys.iter().enumerate() {
                match cell(k, i) {
                    Some(cell) if key as usize >= n_known => table.add(owner, key, cell),
                    Some(cell) => table.set(owner, key, cell),
                    None => {}
                }
            }
        }
        Ok(())
    }

    pub fn remove_attribute(
        &mut self,
        level: Level,
        key: &[u8],
        mask: Mask<'_>,
    ) -> Result<(), Error> {
        let Some(key) = self.table(level)?.keys().find(key) else { return Ok(()) };
        let owners = self.masked(level, mask)?;
        let table = self.table_mut(level)?;
        for (_, owner) in owners {
            table.remove(owner, key);
        }
        Ok(())
    }

    /// Where `new` exists already nothing changes, unless `overwrite`.
    pub fn rename_attribute(
        &mut self,
        level: Level,
        (old, new): (&[u8], &[u8]),
        mask: Mask<'_>,
        overwrite: bool,
    ) -> Result<(), Error> {
        let Some(old_key) = self.table(level)?.keys().find(old) else { return Ok(()) };
        if old == new {
            return Ok(());
        }
        let owners = self.masked(level, mask)?;
        let table = self.table_mut(level)?;
        let new_key = table.intern(new);
        for (_, owner) in owners {
            table.rename(owner, old_key, new_key, overwrite);
        }
        Ok(())
    }

    /// Drops the items where `mask` is false; tells how many.
    pub fn keep(&mut self, mask: &[bool]) -> usize {
        let n_before = self.len();
        let n_after = mask.iter().filter(|&&kept| kept).count();
        if n_after < n_before {
            let kept = positions(&self.kept, self.core.n_items).zip(mask);
            let kept = kept.filter(|&(_, &kept)| kept).map(|(position, _)| position as u32);
            self.kept = Some(Arc::new(kept.collect()));
        }
        n_before - n_after.min(n_before)
    }

    /// Appends to the overlay what `put` writes.
    pub fn push(&mut self, put: impl FnOnce(&mut Vec<u8>)) -> Result<Slice, Error> {
        let overlay = Arc::make_mut(&mut self.overlay);
        let start = overlay.len();
        put(overlay);
        let len = overlay.len() - start;
        match (u32::try_from(start), u32::try_from(overlay.len())) {
            (Ok(offset), Ok(_)) => Ok(Slice { offset, len: len as u32 }),
            _ => Err(Error::new(ErrorKind::TooLarge, start)),
        }
    }

    /// Replaces field `number` of a span, record or metric by an encoded one in the overlay.
    pub fn set_field(&mut self, number: u32, n_owners: usize, edits: &[(usize, Slice)]) {
        if edits.is_empty() {
            return;
        }
        let fields = Arc::make_mut(&mut self.fields);
        if !fields.iter().any(|field| field.number == number) {
            fields.push(FieldEdit::new(number, n_owners));
        }
        if let Some(field) = fields.iter_mut().find(|field| field.number == number) {
            edits.iter().for_each(|&(owner, slice)| field.set(owner, slice));
        }
    }

    /// What the holder wrote into field `number` of an owner, if it did.
    pub fn field(&self, number: u32, owner: usize) -> Option<Slice> {
        self.fields.iter().find(|field| field.number == number)?.get(owner)
    }

    /// Whether field `number` of any owner was written anew.
    pub fn has_field_edits(&self, number: u32) -> bool {
        self.fields.iter().any(|field| field.number == number)
    }

    /// A text field as a column: `slices` as indexed, with edits applied.
    pub fn text(&self, number: u32, slices: &[Slice]) -> Vec<Cell> {
        positions(&self.kept, slices.len())
            .map(|i| match self.field(number, i) {
                Some(encoded) => fields::text(&self.overlay, encoded),
                None => {
                    let slice = slices.get(i).copied().unwrap_or_default();
                    Cell::range(value::STRING, slice, false)
                }
            })
            .collect()
    }

    /// Writes a text field into the overlay; None removes it.
    pub fn push_text(&mut self, number: u32, text: Option<&[u8]>) -> Result<Slice, Error> {
        self.push(|out| {
            if let Some(text) = text {
                wire::put_len_field(out, number, text);
            }
        })
    }
}
