//! One attribute of an owner, and what became of it.

use crate::otlp::value::Cell;

/// The row's value is written from its cell, not copied.
pub(super) const REPLACED: u8 = 1;
pub(super) const REMOVED: u8 = 2;
/// The row's key is no longer the one in the request.
pub(super) const RENAMED: u8 = 4;
const IN_OVERLAY: u8 = 8;

/// One attribute. `start..end` is its `KeyValue` field in the request, tag included.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    bits: u64,
    pub key: u32,
    pub start: u32,
    pub end: u32,
    kind: u8,
    pub(super) flags: u8,
}

impl Row {
    #[inline]
    pub(super) const fn new(key: u32, start: u32, end: u32, cell: Cell) -> Self {
        let flags = if cell.in_overlay { IN_OVERLAY } else { 0 };
        Self { bits: cell.bits, key, start, end, kind: cell.kind, flags }
    }

    #[inline]
    pub const fn cell(&self) -> Cell {
        Cell { bits: self.bits, kind: self.kind, in_overlay: self.flags & IN_OVERLAY != 0 }
    }

    pub const fn kind(&self) -> u8 {
        self.kind
    }

    #[inline]
    pub const fn is_removed(&self) -> bool {
        self.flags & REMOVED != 0
    }

    pub const fn is_replaced(&self) -> bool {
        self.flags & (REPLACED | REMOVED) == REPLACED
    }

    /// Differs from what the request holds.
    pub const fn is_changed(&self) -> bool {
        self.flags & (REPLACED | REMOVED | RENAMED) != 0
    }

    #[inline]
    pub(super) const fn has(&self, key: u32) -> bool {
        self.key == key && !self.is_removed()
    }

    pub(super) fn replace(&mut self, cell: Cell) {
        let overlay = if cell.in_overlay { IN_OVERLAY } else { 0 };
        self.flags = self.flags & RENAMED | REPLACED | overlay;
        (self.bits, self.kind) = (cell.bits, cell.kind);
    }
}
