//! The rules with all that the walk over a request needs to know of them.

use std::collections::HashSet;

use parking_lot::Mutex;
use spanloom_scan::rules::{RuleError, RuleIndex, Ruleset};
use spanloom_scan::text::Scratch;
use spanloom_scan::value::Seen;

use super::keys::KeyCache;
use super::repeats::Repeats;
use super::survey::Room;

/// Threads that work at once; more than these make their memory anew.
const MEMORIES_MAX: usize = 64;

/// What is written on items where something was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Summary {
    Silent,
    #[default]
    Info,
    Debug,
}

impl Summary {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "silent" => Some(Self::Silent),
            "info" => Some(Self::Info),
            "debug" => Some(Self::Debug),
            _ => None,
        }
    }
}

/// What one thread learnt and uses again for every request.
#[derive(Debug, Default)]
pub struct Memory {
    pub scratch: Scratch,
    pub keys: KeyCache,
    pub repeats: Repeats,
    pub room: Room,
    /// What the survey of the request at hand saw of suspect texts.
    pub seen: Seen,
}

/// Immutable but for its pool of memory; shared by all threads.
pub struct Engine {
    pub ruleset: Ruleset,
    pub summary: Summary,
    ids: HashSet<Vec<u8>>,
    attributes: HashSet<Vec<u8>>,
    pool: Mutex<Vec<Memory>>,
}

impl Engine {
    /// # Errors
    /// All that is wrong with the document.
    pub fn new(document: &[u8], summary: Summary) -> Result<Self, Vec<RuleError>> {
        let ruleset = Ruleset::from_json(document)?;
        let ids = ruleset.rules.iter().map(|rule| rule.id.clone().into_bytes()).collect();
        let attributes = ruleset.rules.iter().filter_map(|rule| rule.attribute.as_ref());
        let attributes = attributes.map(|key| key.clone().into_bytes()).collect();
        Ok(Self { ruleset, summary, ids, attributes, pool: Mutex::default() })
    }

    pub fn rule_id(&self, index: RuleIndex) -> &str {
        self.ruleset.rule(index).map_or("", |rule| &rule.id)
    }

    pub fn knows_rule(&self, id: &[u8]) -> bool {
        self.ids.contains(id)
    }

    /// Whether some rule sets this attribute on the items where it finds something.
    pub fn sets_attribute(&self, key: &[u8]) -> bool {
        self.attributes.contains(key)
    }

    pub fn memory(&self) -> Memory {
        self.pool.lock().pop().unwrap_or_default()
    }

    pub fn give_back(&self, memory: Memory) {
        let mut pool = self.pool.lock();
        if pool.len() < MEMORIES_MAX {
            pool.push(memory);
        }
    }
}
