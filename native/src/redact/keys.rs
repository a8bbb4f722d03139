//! What is known of each key, found out once a batch.

use std::collections::HashMap;
use std::rc::Rc;

use spanloom_scan::keys::KeyFate;
use spanloom_scan::place::Location;
use spanloom_scan::text::{Contexts, Unscanned};
use spanloom_scan::value::Told;

use super::own::Own;

/// Keys that are remembered; what exceeds them is looked at each time.
const KEYS_MAX: usize = 1 << 16;

/// What leaves in the place of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CleanKey {
    AsIs,
    Changed(Vec<u8>),
    DropAttribute,
    DropItem,
}

/// What is known of one key at one location.
#[derive(Debug)]
pub struct KnownKey {
    pub clean: CleanKey,
    pub unscanned: Option<Unscanned>,
    pub told: Vec<Told>,
    /// Of the key as it leaves, as all below.
    pub contexts: Contexts,
    pub fate: KeyFate,
    /// As a key inside a map.
    pub nested_fate: KeyFate,
    /// It is one that redaction itself writes.
    pub own: Option<Own>,
}

impl KnownKey {
    /// The key as it leaves, or what is told in its place.
    pub fn name<'a>(&'a self, key: &'a [u8]) -> &'a [u8] {
        match &self.clean {
            CleanKey::AsIs => key,
            CleanKey::Changed(clean) => clean,
            CleanKey::DropAttribute | CleanKey::DropItem => b"[REDACTED:key]",
        }
    }
}

#[derive(Debug, Default)]
pub struct KeyCache<'a> {
    known: HashMap<(u8, &'a [u8]), Rc<KnownKey>, ahash::RandomState>,
    /// By the whole path of keys inside maps.
    paths: HashMap<Box<[u8]>, KeyFate, ahash::RandomState>,
}

impl<'a> KeyCache<'a> {
    pub fn get(&self, location: Location, key: &'a [u8]) -> Option<Rc<KnownKey>> {
        self.known.get(&(location as u8, key)).map(Rc::clone)
    }

    pub fn insert(&mut self, location: Location, key: &'a [u8], known: &Rc<KnownKey>) {
        if self.known.len() < KEYS_MAX {
            self.known.insert((location as u8, key), Rc::clone(known));
        }
    }

    pub fn path_fate(&mut self, path: &[u8], find: impl FnOnce() -> KeyFate) -> KeyFate {
        if let Some(&fate) = self.paths.get(path) {
            return fate;
        }
        let fate = find();
        if self.paths.len() < KEYS_MAX {
            self.paths.insert(path.into(), fate);
        }
        fate
    }
}

/// The stronger of what two names of the same value ask for.
pub const fn stronger(a: KeyFate, b: KeyFate) -> KeyFate {
    match (a, b) {
        (KeyFate::Drop, _) | (_, KeyFate::Drop) => KeyFate::Drop,
        (KeyFate::Ignore, _) | (_, KeyFate::Ignore) => KeyFate::Ignore,
        (KeyFate::Mask, _) | (_, KeyFate::Mask) => KeyFate::Mask,
        (a, _) => a,
    }
}
