//! Text that goes on in the next part of a message.

use crate::json::{Json, Kind, Leaf};
use crate::place::Role;
use crate::resolve::resolve;
use crate::text::Unscanned;

use super::Pass;
use super::document::lifted;
use super::edit::{self, Edit};
use super::memory::Level;
use super::spots::{self, Spot};

/// So much of either part is looked at.
const BYTES_PER_SIDE: usize = 256;

/// A string under `content` or `text` of an object in an array; ordered by array, key, position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    array: u32,
    is_content: bool,
    element: u32,
    leaf: u32,
}

/// Collects the parts of all messages, neighbours side by side. Of two in one object under the
/// same key the first counts; keys written with escapes do not.
pub(super) fn find_parts(text: &[u8], level: &mut Level) {
    let Level { json, parts, .. } = level;
    parts.clear();
    let strings = json.leaves.iter().enumerate().filter(|(_, leaf)| leaf.kind == Kind::String);
    parts.extend(strings.filter_map(|(position, leaf)| part(text, json, position, leaf)));
    parts.sort_unstable();
    parts.dedup_by_key(|part| (part.array, part.is_content, part.element));
}

fn part(text: &[u8], json: &Json, position: usize, leaf: &Leaf) -> Option<Part> {
    let object = json.containers.get(leaf.container as usize).filter(|one| !one.is_array)?;
    json.containers.get(object.parent as usize).filter(|one| one.is_array)?;
    let is_content = match json.leaves.get(leaf.slot as usize)?.content(text) {
        b"content" => true,
        b"text" => false,
        _ => return None,
    };
    let leaf = u32::try_from(position).ok()?;
    Some(Part { array: object.parent, is_content, element: object.slot, leaf })
}

/// Parts that stand side by side.
fn neighbours(level: &Level) -> impl Iterator<Item = [&Leaf; 2]> {
    level.parts.windows(2).filter_map(|pair| {
        let [first, second] = pair else { return None };
        let follows = (first.array, first.is_content) == (second.array, second.is_content)
            && first.element + 1 == second.element;
        let leaf = |part: &Part| level.json.leaves.get(part.leaf as usize);
        follows.then_some([leaf(first)?, leaf(second)?])
    })
}

/// Whether the seams of a document stay what they are, whatever `other` says and whoever says the
/// document: no part beside it has its role.
pub(super) fn are_settled(text: &[u8], level: &mut Level, other: &Leaf) -> bool {
    find_parts(text, level);
    neighbours(level).all(|pair| match pair.map(|leaf| level.named_role(leaf)) {
        [Some(a), Some(b)] if a != b => true,
        [Some(_), Some(_)] | [None, None] => !pair.contains(&other),
        _ => false,
    })
}

impl Pass<'_> {
    /// Appends the edits of what stands in two neighbouring parts: the last 256 bytes of one and
    /// the first 256 of the next, in whole characters, read as one text (folded, not decoded any
    /// further). Only findings on both sides count. Their replacement ends the first part, and
    /// what they cover of the second is removed. Parts of different roles have no seam.
    pub(super) fn seams(
        &mut self,
        text: &[u8],
        level: &Level,
        outer: Spot,
        edits: &mut Vec<Edit>,
    ) -> Result<(), Unscanned> {
        for [a, b] in neighbours(level) {
            if self.role(level, a) == self.role(level, b) {
                let spot = spots::of_leaf(self.rules, self.scratch, text, level, a, outer);
                self.seam(text, a, b, spot, edits)?;
                self.is_open |= !edits.is_empty();
            }
        }
        Ok(())
    }

    fn role(&self, level: &Level, leaf: &Leaf) -> Role {
        level.spots.get(leaf.container as usize).map_or(self.place.role, |spot| spot.role)
    }

    fn seam(
        &mut self,
        text: &[u8],
        first: &Leaf,
        second: &Leaf,
        spot: Spot,
        edits: &mut Vec<Edit>,
    ) -> Result<(), Unscanned> {
        let (mut joined, mut part) = (self.scratch.value.text(), self.scratch.value.text());
        joined.clear();
        let content = first.said(text, &mut part);
        let first_len = content.len();
        joined.extend_from_slice(tail(content));
        let seam = joined.len();
        joined.extend_from_slice(head(second.said(text, &mut part)));
        let mut candidates = Vec::new();
        let looked = match seam > 0 && seam < joined.len() {
            true => self.plain(&joined, joined.is_ascii(), spot, false, &mut candidates),
            false => Ok(()),
        };
        candidates.retain(|one| one.planned.start < seam && seam < one.planned.end);
        let mut planned: Vec<_> = candidates.into_iter().map(|one| one.planned).collect();
        for one in &mut planned {
            (one.start, one.end) = edit::widen(&joined, one.start, one.end);
        }
        self.scratch.value.put_text(joined);
        self.scratch.value.put_text(part);
        looked?;
        let winners = resolve(&planned);
        let n_told = self.told.len();
        self.tell(spot, &planned, &winners);
        self.told.iter_mut().skip(n_told).for_each(|one| one.range = None);
        for winner in winners {
            let start = first_len - (seam - winner.start);
            let before = Edit { start, end: first_len, text: winner.decision.replacement };
            let after = Edit { start: 0, end: winner.end - seam, text: String::new() };
            edits.extend([lifted(before, text, first), lifted(after, text, second)]);
        }
        Ok(())
    }
}

fn is_inside(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| (0x80..0xC0).contains(byte))
}

fn tail(text: &[u8]) -> &[u8] {
    let mut start = text.len().saturating_sub(BYTES_PER_SIDE);
    while is_inside(text.get(start)) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

fn head(text: &[u8]) -> &[u8] {
    let mut end = text.len().min(BYTES_PER_SIDE);
    while is_inside(text.get(end)) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
