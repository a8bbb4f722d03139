//! What is used again from value to value.

use crate::json::{Json, Leaf};
use crate::place::Role;
use crate::text::Finding;

use super::frames::Frames;
use super::known::Known;
use super::seam::Part;
use super::spots::Spot;
use super::survey::Survey;

/// Free memory, taken where it is needed and put back. Holds texts, so it shows none of itself.
#[derive(Default)]
pub(crate) struct Memory {
    texts: Vec<Vec<u8>>,
    levels: Vec<Level>,
    pub(super) findings: Vec<Finding>,
    pub(super) known: Known,
    pub(super) frames: Frames,
    /// For one value.
    pub(super) survey: Survey,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

/// One JSON document, or one inside a string of another.
#[derive(Default)]
pub(super) struct Level {
    pub json: Json,
    /// By container: the role it names itself.
    pub roles: Vec<Option<Role>>,
    /// By container: what holds for all that stands in it.
    pub spots: Vec<Spot>,
    pub parts: Vec<Part>,
}

impl Level {
    /// What the innermost object says that names a role around the leaf. After `spots::fill`.
    pub fn named_role(&self, leaf: &Leaf) -> Option<Role> {
        let parent = |&at: &u32| Some(self.json.containers.get(at as usize)?.parent);
        std::iter::successors(Some(leaf.container), parent)
            .find_map(|at| self.roles.get(at as usize).copied().flatten())
    }
}

impl Memory {
    pub(super) fn text(&mut self) -> Vec<u8> {
        self.texts.pop().unwrap_or_default()
    }

    pub(super) fn put_text(&mut self, text: Vec<u8>) {
        self.texts.push(text);
    }

    pub(super) fn level(&mut self) -> Level {
        self.levels.pop().unwrap_or_default()
    }

    pub(super) fn put_level(&mut self, level: Level) {
        self.levels.push(level);
    }
}
