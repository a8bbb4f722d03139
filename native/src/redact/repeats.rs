//! Attributes that were clean before: telemetry says the same again and again.

use std::collections::HashMap;

use spanloom_scan::place::Location;

use super::report::ValueKind;

/// Longer ones seldom come twice.
const PAIR_BYTES_MAX: usize = 256;
const PAIRS_MAX: usize = 1 << 13;

/// What was scanned of a pair, by `ValueKind`, and how many bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    pub values: [u64; 6],
    pub n_bytes: u64,
}

/// Pairs, as encoded, in which nothing was found: the same bytes at the same location are clean.
#[derive(Debug, Default)]
pub struct Repeats<'a> {
    known: HashMap<(u8, &'a [u8]), Scanned, ahash::RandomState>,
}

impl<'a> Repeats<'a> {
    pub fn get(&self, location: Location, pair: &'a [u8]) -> Option<Scanned> {
        match pair.len() {
            0..=PAIR_BYTES_MAX => self.known.get(&(location as u8, pair)).copied(),
            _ => None,
        }
    }

    /// A pair of which a key was new waits for the next time: keys are counted once.
    pub fn insert(&mut self, location: Location, pair: &'a [u8], scanned: Scanned) {
        let has_new_key = scanned.values.get(ValueKind::Key as usize).is_none_or(|&n| n > 0);
        if pair.len() <= PAIR_BYTES_MAX && self.known.len() < PAIRS_MAX && !has_new_key {
            self.known.insert((location as u8, pair), scanned);
        }
    }
}
