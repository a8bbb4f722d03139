//! Fills the attribute table of a level while a request is walked.

use std::sync::Arc;

use super::{AttributeTable, Row};
use crate::otlp::error::Error;
use crate::otlp::keys::Keys;
use crate::otlp::value::{self, Cell};
use crate::otlp::walk::{Slice, next_field};
use crate::otlp::wire::{Field, Reader, WireType};

/// Fills a table owner by owner.
#[derive(Debug)]
pub struct TableBuilder {
    keys: Keys,
    starts: Vec<u32>,
    rows: Vec<Row>,
    /// Rows of the owner before this one start here: the same keys tend to come again.
    previous: usize,
    current: usize,
    /// Whether the current owner's keys are those of the one before so far.
    is_alike: bool,
    /// By key, the number of the last owner seen to have it; only of owners that are not alike.
    seen: Vec<u32>,
    /// An owner has two rows with one key.
    repeats_keys: bool,
    /// A `KeyValue` holds two values; protobuf would merge them.
    pub repeats_singular: bool,
}

impl TableBuilder {
    pub fn new(n_owners: usize) -> Self {
        let mut starts = Vec::with_capacity(n_owners + 1);
        starts.push(0);
        let rows = Vec::with_capacity(n_owners * 8);
        Self {
            keys: Keys::default(),
            starts,
            rows,
            previous: 0,
            current: 0,
            is_alike: true,
            seen: Vec::new(),
            repeats_keys: false,
            repeats_singular: false,
        }
    }

    /// Adds a `KeyValue` field to the current owner.
    #[inline]
    pub fn add(&mut self, raw: &[u8], field: &Field) -> Result<(), Error> {
        let (name, cell) = match common_pair(raw, field)? {
            Some(pair) => pair,
            None => self.any_pair(raw, field)?,
        };
        let key = self.key(name.bytes(raw));
        self.rows.push(Row::new(key, field.start as u32, field.end as u32, cell));
        Ok(())
    }

    #[inline(never)]
    fn any_pair(&mut self, raw: &[u8], field: &Field) -> Result<(Slice, Cell), Error> {
        let mut reader = Reader::at(raw, field.payload, field.end);
        let mut name = Slice::default();
        let mut cell = None;
        while let Some(part) = next_field(&mut reader)? {
            match (part.number, part.wire_type) {
                (1, WireType::Len) => name = Slice::of(&part),
                (2, WireType::Len) => {
                    self.repeats_singular |= cell.is_some();
                    cell = Some(value::parse(raw, part.payload, part.end, false)?);
                }
                _ => {}
            }
        }
        Ok((name, cell.unwrap_or(Cell::EMPTY)))
    }

    #[inline]
    fn key(&mut self, name: &[u8]) -> u32 {
        let guess = self.previous + self.rows.len() - self.current;
        if guess < self.current
            && let Some(row) = self.rows.get(guess)
            && self.keys.get(row.key) == name
        {
            let key = row.key;
            if !self.is_alike {
                self.note(key);
            }
            return key;
        }
        if self.is_alike {
            self.is_alike = false;
            (self.current..self.rows.len()).for_each(|i| self.note_row(i));
        }
        let key = self.keys.intern(name);
        self.note(key);
        key
    }

    fn note_row(&mut self, i: usize) {
        if let Some(key) = self.rows.get(i).map(|row| row.key) {
            self.note(key);
        }
    }

    /// Notes that the current owner has this key. One whose keys are all those of the owner
    /// before needs no notes: it repeats none, or as that one does.
    fn note(&mut self, key: u32) {
        let owner = self.starts.len() as u32;
        if self.seen.len() <= key as usize {
            self.seen.resize(key as usize + 1, 0);
        }
        if let Some(last) = self.seen.get_mut(key as usize) {
            self.repeats_keys |= *last == owner;
            *last = owner;
        }
    }

    pub fn end_owner(&mut self) {
        self.starts.push(self.rows.len() as u32);
        (self.previous, self.current) = (self.current, self.rows.len());
        self.is_alike = true;
    }

    pub fn build(self) -> AttributeTable {
        AttributeTable {
            keys: Arc::new(self.keys),
            starts: Arc::new(self.starts),
            rows: Arc::new(self.rows),
            repeats_keys: self.repeats_keys,
            ..AttributeTable::default()
        }
    }
}

/// A `KeyValue` that is just a key and then a value, as all writers write it.
#[inline]
fn common_pair(raw: &[u8], field: &Field) -> Result<Option<(Slice, Cell)>, Error> {
    let mut reader = Reader::at(raw, field.payload, field.end);
    let (Some(key), Some(any)) = (reader.len_field(0x0a), reader.len_field(0x12)) else {
        return Ok(None);
    };
    if !reader.is_at_end() {
        return Ok(None);
    }
    let cell = value::parse(raw, any.offset as usize, (any.offset + any.len) as usize, false)?;
    Ok(Some((key, cell)))
}
