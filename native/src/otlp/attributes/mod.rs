//! Attributes of every owner at one level: rows in order, and edits to them.

mod builder;
mod row;

use std::sync::Arc;

use super::keys::Keys;
use super::value::Cell;

pub use builder::TableBuilder;
pub use row::Row;
use row::{REMOVED, RENAMED, REPLACED};

const NONE: u32 = u32::MAX;

/// A row that was added, and the next one of the same owner.
#[derive(Clone, Copy, Debug)]
struct Added {
    row: Row,
    next: u32,
}

/// First and last added row of an owner.
#[derive(Clone, Copy, Debug)]
struct Chain {
    head: u32,
    tail: u32,
}

/// Rows of `n` owners, CSR: those of owner i are `starts[i]..starts[i + 1]`.
#[derive(Clone, Debug, Default)]
pub struct AttributeTable {
    keys: Arc<Keys>,
    starts: Arc<Vec<u32>>,
    /// Those of the index until one of them changes.
    rows: Arc<Vec<Row>>,
    added: Vec<Added>,
    chains: Vec<Chain>,
    touched: Vec<bool>,
    /// An owner has two rows with one key: then only the first one is read.
    repeats_keys: bool,
}

impl AttributeTable {
    pub fn n_owners(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    pub fn intern(&mut self, key: &[u8]) -> u32 {
        match self.keys.find(key) {
            Some(id) => id,
            None => Arc::make_mut(&mut self.keys).intern(key),
        }
    }

    pub fn n_added(&self) -> usize {
        self.added.len()
    }

    pub fn is_touched(&self, owner: usize) -> bool {
        self.touched.get(owner).copied().unwrap_or_default()
    }

    pub fn is_edited(&self) -> bool {
        !self.touched.is_empty()
    }

    #[inline]
    fn range(&self, owner: usize) -> std::ops::Range<usize> {
        let start = self.starts.get(owner).copied().unwrap_or_default();
        let end = self.starts.get(owner + 1).copied().unwrap_or(start);
        start as usize..end as usize
    }

    /// The rows that came with the request, removed ones included.
    #[inline]
    pub fn rows(&self, owner: usize) -> &[Row] {
        self.rows.get(self.range(owner)).unwrap_or_default()
    }

    /// The rows of all owners, unless one was edited.
    pub fn rows_as_they_came(&self) -> Option<&[Row]> {
        (!self.is_edited()).then_some(&self.rows)
    }

    /// The rows that were added and are still there.
    pub fn added(&self, owner: usize) -> impl Iterator<Item = &Row> {
        let mut next = self.chains.get(owner).map_or(NONE, |chain| chain.head);
        let chain = std::iter::from_fn(move || {
            let added = self.added.get(next as usize)?;
            next = added.next;
            Some(&added.row)
        });
        chain.filter(|row| !row.is_removed())
    }

    /// All rows of an owner, as a reader sees them.
    pub fn live(&self, owner: usize) -> impl Iterator<Item = &Row> {
        self.rows(owner).iter().filter(|row| !row.is_removed()).chain(self.added(owner))
    }

    /// The first value under this key.
    #[inline]
    pub fn get(&self, owner: usize, key: u32) -> Option<Cell> {
        let row = self.rows(owner).iter().find(|row| row.has(key));
        let row = match row {
            None if !self.chains.is_empty() => self.added(owner).find(|row| row.has(key)),
            row => row,
        };
        row.map(Row::cell)
    }

    /// As `get`. `guess` is where the row of the last owner was: mostly it is there again.
    #[inline]
    pub fn get_near(&self, owner: usize, key: u32, guess: &mut usize) -> Option<Cell> {
        let rows = self.rows(owner);
        if !self.repeats_keys
            && let Some(row) = rows.get(*guess)
            && row.has(key)
        {
            return Some(row.cell());
        }
        match rows.iter().position(|row| row.has(key)) {
            Some(position) => {
                *guess = position;
                rows.get(position).map(Row::cell)
            }
            None if !self.chains.is_empty() => {
                self.added(owner).find(|row| row.has(key)).map(Row::cell)
            }
            None => None,
        }
    }

    #[inline]
    fn touch(&mut self, owner: usize) {
        if self.touched.is_empty() {
            self.touched = vec![false; self.n_owners()];
        }
        if let Some(touched) = self.touched.get_mut(owner) {
            *touched = true;
        }
    }

    /// Calls `change` for each row of the owner with this key.
    fn each(&mut self, owner: usize, key: u32, mut change: impl FnMut(&mut Row)) -> bool {
        let mut found = false;
        if self.rows(owner).iter().any(|row| row.has(key)) {
            let range = self.range(owner);
            let rows = Arc::make_mut(&mut self.rows).get_mut(range).unwrap_or_default();
            rows.iter_mut().filter(|row| row.has(key)).for_each(&mut change);
            found = true;
        }
        let mut next = self.chains.get(owner).map_or(NONE, |chain| chain.head);
        while let Some(added) = self.added.get_mut(next as usize) {
            next = added.next;
            if added.row.has(key) {
                change(&mut added.row);
                found = true;
            }
        }
        found
    }

    /// Room for so many more rows.
    pub fn reserve(&mut self, n_rows: usize) {
        self.added.reserve(n_rows);
    }

    /// Adds a row, of a key that the owner has no row of.
    #[inline]
    pub fn add(&mut self, owner: usize, key: u32, cell: Cell) {
        self.touch(owner);
        if self.chains.is_empty() {
            self.chains = vec![Chain { head: NONE, tail: NONE }; self.n_owners()];
        }
        let id = self.added.len() as u32;
        let Some(chain) = self.chains.get_mut(owner) else { return };
        match self.added.get_mut(chain.tail as usize) {
            Some(last) => last.next = id,
            None => chain.head = id,
        }
        chain.tail = id;
        let mut row = Row::new(key, 0, 0, cell);
        row.flags |= REPLACED;
        self.added.push(Added { row, next: NONE });
    }

    /// The first row with this key gets the value and others go; a new row where none is.
    pub fn set(&mut self, owner: usize, key: u32, cell: Cell) {
        let mut is_first = true;
        let found = self.each(owner, key, |row| {
            if is_first {
                row.replace(cell);
            } else {
                row.flags |= REMOVED;
            }
            is_first = false;
        });
        if found {
            self.touch(owner);
        } else {
            self.add(owner, key, cell);
        }
    }

    pub fn remove(&mut self, owner: usize, key: u32) {
        if self.each(owner, key, |row| row.flags |= REMOVED) {
            self.touch(owner);
        }
    }

    pub fn rename(&mut self, owner: usize, old: u32, new: u32, overwrite: bool) {
        if self.get(owner, old).is_none() {
            return;
        }
        if self.get(owner, new).is_some() {
            if !overwrite {
                return;
            }
            self.remove(owner, new);
        }
        self.each(owner, old, |row| {
            row.key = new;
            row.flags |= RENAMED;
        });
        self.touch(owner);
    }
}
