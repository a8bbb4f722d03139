//! Attribute keys of one level of one batch, each stored once.

use std::collections::HashMap;

/// Keys in order of first appearance; an id is a position in it.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    names: Vec<Box<[u8]>>,
    ids: HashMap<Box<[u8]>, u32, ahash::RandomState>,
}

impl Keys {
    #[inline]
    pub fn get(&self, id: u32) -> &[u8] {
        self.names.get(id as usize).map_or(&[], |name| name)
    }

    pub fn find(&self, name: &[u8]) -> Option<u32> {
        self.ids.get(name).copied()
    }

    pub fn intern(&mut self, name: &[u8]) -> u32 {
        if let Some(id) = self.find(name) {
            return id;
        }
        let id = self.names.len() as u32;
        self.names.push(name.into());
        self.ids.insert(name.into(), id);
        id
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}
