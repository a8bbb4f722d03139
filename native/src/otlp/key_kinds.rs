//! Which kinds of values stand under which keys, in one walk.

use super::attributes::{AttributeTable, Row};
use super::batch::{Batch, Level, positions};
use super::error::Error;

impl Batch {
    /// The distinct keys at a level, in order of first appearance, each with the kinds of all its
    /// values as bits (`1 << kind`).
    pub fn key_kinds(&self, level: Level) -> Result<Vec<(Vec<u8>, u16)>, Error> {
        let (table, owners) = (self.table(level)?, self.owners(level)?);
        let mut bits = vec![0u16; table.keys().len()];
        let mut order = Vec::new();
        for owner in positions(&owners, table.n_owners()) {
            note(table, owner, &mut bits, &mut order);
        }
        let bits_of = |key: u32| bits.get(key as usize).copied().unwrap_or_default();
        Ok(order.into_iter().map(|key| (table.keys().get(key).to_vec(), bits_of(key))).collect())
    }
}

fn note(table: &AttributeTable, owner: usize, bits: &mut [u16], order: &mut Vec<u32>) {
    let mut note = |row: &Row| {
        if let Some(bits) = bits.get_mut(row.key as usize) {
            if *bits == 0 {
                order.push(row.key);
            }
            *bits |= 1 << (row.kind() & 15);
        }
    };
    table.rows(owner).iter().filter(|row| !row.is_removed()).for_each(&mut note);
    table.added(owner).for_each(&mut note);
}
