//! What surrounds a leaf: the keys above it, who says it, in which message.

use crate::json::{Json, Kind, Leaf};
use crate::place::Role;
use crate::rules::Ruleset;
use crate::text::{Contexts, Scratch};

use super::memory::Level;

#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// Of the attribute's key and of every key above, its own included.
    pub contexts: Contexts,
    /// What the innermost object around it that names a role says; else that of the place.
    pub role: Role,
    /// Position in the outermost array, be it around or inside of a string.
    pub message_index: Option<u32>,
}

/// Works out the spot of every container, each after the one around it.
pub(super) fn fill(
    rules: &Ruleset,
    scratch: &mut Scratch,
    text: &[u8],
    level: &mut Level,
    outer: Spot,
) {
    let Level { json, roles, spots, .. } = level;
    find_roles(text, json, roles);
    spots.clear();
    for (index, container) in json.containers.iter().enumerate() {
        let parent = json.containers.get(container.parent as usize);
        let mut spot = spots.get(container.parent as usize).copied().unwrap_or(outer);
        if let Some(parent) = parent {
            spot = member(rules, scratch, text, json, (spot, parent.is_array), container.slot);
        }
        if let Some(role) = roles.get(index).copied().flatten() {
            spot.role = role;
        }
        spots.push(spot);
    }
}

/// The spot of a leaf.
pub(super) fn of_leaf(
    rules: &Ruleset,
    scratch: &mut Scratch,
    text: &[u8],
    level: &Level,
    leaf: &Leaf,
    outer: Spot,
) -> Spot {
    let spot = level.spots.get(leaf.container as usize).copied().unwrap_or(outer);
    let container = level.json.containers.get(leaf.container as usize);
    let is_array = container.is_some_and(|container| container.is_array);
    match leaf.kind {
        Kind::Key => spot,
        _ => member(rules, scratch, text, &level.json, (spot, is_array), leaf.slot),
    }
}

/// The spot of a member of an array or object that has `spot`.
fn member(
    rules: &Ruleset,
    scratch: &mut Scratch,
    text: &[u8],
    json: &Json,
    (mut spot, is_array): (Spot, bool),
    slot: u32,
) -> Spot {
    if is_array {
        spot.message_index = spot.message_index.or(Some(slot));
    } else if let Some(key) = json.leaves.get(slot as usize) {
        spot.contexts |= key_contexts(rules, scratch, text, key);
    }
    spot
}

fn key_contexts(rules: &Ruleset, scratch: &mut Scratch, text: &[u8], key: &Leaf) -> Contexts {
    if !key.is_escaped {
        return known_contexts(rules, scratch, key.content(text));
    }
    let mut said = scratch.value.text();
    let contexts = rules.contexts(key.said(text, &mut said), scratch);
    scratch.value.put_text(said);
    contexts
}

fn known_contexts(rules: &Ruleset, scratch: &mut Scratch, key: &[u8]) -> Contexts {
    if let Some(contexts) = scratch.value.known.contexts(rules, key) {
        return contexts;
    }
    let contexts = rules.contexts(key, scratch);
    scratch.value.known.set_contexts(key, contexts);
    contexts
}

/// The first member of each object whose key is or ends in `role` and that is a string.
fn find_roles(text: &[u8], json: &Json, roles: &mut Vec<Option<Role>>) {
    roles.clear();
    roles.resize(json.containers.len(), None);
    for leaf in json.leaves.iter().filter(|leaf| leaf.kind == Kind::String) {
        if let Some(role @ None) = roles.get_mut(leaf.container as usize)
            && names_role(text, json, leaf)
        {
            *role = Some(Role::from_name(leaf.content(text)));
        }
    }
}

/// Whether the string is the role of the object it stands in, if that has no other.
pub(super) fn names_role(text: &[u8], json: &Json, leaf: &Leaf) -> bool {
    let is_array = json.containers.get(leaf.container as usize).is_none_or(|one| one.is_array);
    let key = json.leaves.get(leaf.slot as usize).filter(|_| !is_array);
    key.is_some_and(|key| is_role(key.content(text)))
}

/// `role`, `message.role`, `message_role`; keys and roles written with escapes are none.
fn is_role(key: &[u8]) -> bool {
    let before = key.strip_suffix(b"role");
    before.is_some_and(|before| !before.last().is_some_and(u8::is_ascii_alphanumeric))
}
