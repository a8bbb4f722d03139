//! What is known of each key, found out once.

use std::collections::HashMap;
use std::sync::Arc;

use spanloom_scan::keys::KeyFate;
use spanloom_scan::text::{Contexts, Unscanned};
use spanloom_scan::value::Told;

use super::own::Own;

/// So many keys of a place are remembered; with more, all are learnt anew. Longer ones are not.
const KEYS_MAX: usize = 1 << 12;
const KEY_BYTES_MAX: usize = 1 << 10;

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
    /// Whether nothing is to be done about it but to scan its value.
    pub fn is_usual(&self) -> bool {
        self.clean == CleanKey::AsIs
            && self.unscanned.is_none()
            && self.told.is_empty()
            && self.fate == KeyFate::Scan
            && self.own.is_none()
    }

    /// The key as it leaves, or what is told in its place.
    pub fn name<'a>(&'a self, key: &'a [u8]) -> &'a [u8] {
        match &self.clean {
            CleanKey::AsIs => key,
            CleanKey::Changed(clean) => clean,
            CleanKey::DropAttribute | CleanKey::DropItem => b"[REDACTED:key]",
        }
    }
}

type Keys<T> = HashMap<Box<[u8]>, T, ahash::RandomState>;

/// Kept from request to request.
#[derive(Debug, Default)]
pub struct KeyCache {
    /// By `repeats::place`.
    known: Vec<Keys<Arc<KnownKey>>>,
    /// By the whole path of keys inside maps.
    paths: Keys<KeyFate>,
}

impl KeyCache {
    pub fn get(&self, place: u8, key: &[u8]) -> Option<&Arc<KnownKey>> {
        self.known.get(usize::from(place))?.get(key)
    }

    /// One that could not be scanned may end better next time.
    pub fn insert(&mut self, place: u8, key: &[u8], known: &Arc<KnownKey>) {
        if known.unscanned.is_some() || key.len() > KEY_BYTES_MAX {
            return;
        }
        let place = usize::from(place);
        if self.known.len() <= place {
            self.known.resize_with(place + 1, Keys::default);
        }
        if let Some(keys) = self.known.get_mut(place) {
            if keys.len() >= KEYS_MAX {
                keys.clear();
            }
            keys.insert(key.into(), Arc::clone(known));
        }
    }

    pub fn path_fate(&mut self, path: &[u8], find: impl FnOnce() -> KeyFate) -> KeyFate {
        if let Some(&fate) = self.paths.get(path) {
            return fate;
        }
        let fate = find();
        if self.paths.len() >= KEYS_MAX {
            self.paths.clear();
        }
        if path.len() <= KEY_BYTES_MAX {
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
