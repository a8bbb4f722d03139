//! A text as JSON if it is, else as one leaf.

use crate::document::ScanNumbers;
use crate::json::{self, Kind, Leaf};
use crate::text::Unscanned;
use crate::view::{Map, Reading};

use super::edit::{self, Edit};
use super::frames::Framed;
use super::memory::Level;
use super::spots::{self, Spot};
use super::{Pass, seam};

impl Pass<'_> {
    /// The edits of a text, in order. JSON is taken apart while `levels_left`.
    ///
    /// Only leaves are looked at, never what stands between them: every string, every key, and
    /// numbers where `scan_numbers` says so. A number that needs an edit becomes a string.
    pub(super) fn text(
        &mut self,
        text: &[u8],
        spot: Spot,
        levels_left: usize,
    ) -> Result<Vec<Edit>, Unscanned> {
        if !self.rules.decode.json || levels_left == 0 || !json::may_be_json(text) {
            return self.leaf(text, spot);
        }
        let mut level = self.scratch.value.level();
        let numbers = self.rules.scan_numbers != ScanNumbers::None;
        let edits = match level.json.parse(text, self.rules.limits.json_depth_max, numbers) {
            true => self.document(text, &mut level, spot, levels_left - 1),
            false => self.leaf(text, spot),
        };
        self.scratch.value.put_level(level);
        edits
    }

    /// The edits of a value in a known frame: those of its one other string.
    pub(super) fn framed(
        &mut self,
        value: &[u8],
        framed: &Framed,
        levels_left: usize,
    ) -> Result<Vec<Edit>, Unscanned> {
        let mut edits = Vec::new();
        self.string(value, &framed.leaf, framed.spot, levels_left, &mut edits)?;
        edit::join(&mut edits);
        Ok(edits)
    }

    fn document(
        &mut self,
        text: &[u8],
        level: &mut Level,
        outer: Spot,
        levels_left: usize,
    ) -> Result<Vec<Edit>, Unscanned> {
        spots::fill(self.rules, self.scratch, text, level, outer);
        let mut edits = Vec::new();
        for leaf in &level.json.leaves {
            self.tick()?;
            let n_edits = edits.len();
            let spot = spots::of_leaf(self.rules, self.scratch, text, level, leaf, outer);
            let content = leaf.content(text);
            if self.is_known(content, spot) && !leaf.is_escaped && !json::may_be_json(content) {
                continue;
            }
            match leaf.kind {
                Kind::Number => self.number(text, leaf, spot, &mut edits)?,
                Kind::Key => self.string(text, leaf, spot, 0, &mut edits)?,
                Kind::String => self.string(text, leaf, spot, levels_left, &mut edits)?,
            }
            self.is_open |= edits.len() > n_edits
                && (leaf.kind != Kind::String || spots::names_role(text, &level.json, leaf));
        }
        seam::find_parts(text, level);
        self.seams(text, level, outer, &mut edits)?;
        edit::join(&mut edits);
        Ok(edits)
    }

    fn string(
        &mut self,
        text: &[u8],
        leaf: &Leaf,
        spot: Spot,
        levels_left: usize,
        edits: &mut Vec<Edit>,
    ) -> Result<(), Unscanned> {
        let n_told = self.told.len();
        let mut said = self.scratch.value.text();
        let inside = self.text(leaf.said(text, &mut said), spot, levels_left);
        self.scratch.value.put_text(said);
        if self.told.len() == n_told {
            // Nothing is edited that is not told.
            return inside.map(drop);
        }
        let (map, start) = (escapes(text, leaf), leaf.start as usize + 1);
        self.move_told(n_told, |range| {
            let range = map.as_ref().map_or(range.clone(), |map| map.source(range));
            start + range.start..start + range.end
        });
        edits.extend(inside?.into_iter().map(|edit| edit.lift(map.as_ref(), start)));
        Ok(())
    }

    fn number(
        &mut self,
        text: &[u8],
        leaf: &Leaf,
        spot: Spot,
        edits: &mut Vec<Edit>,
    ) -> Result<(), Unscanned> {
        if !self.rules.wants_numbers(spot.contexts) {
            return Ok(());
        }
        let (number, n_told) = (leaf.content(text), self.told.len());
        let inside = self.leaf(number, spot)?;
        let at = leaf.start as usize;
        self.move_told(n_told, |range| at + range.start..at + range.end);
        if !inside.is_empty() {
            let replaced = edit::apply(number, &inside);
            let replaced = json::escaped(String::from_utf8_lossy(&replaced).into_owned());
            let (start, end) = (leaf.start as usize, leaf.end as usize);
            edits.push(Edit { start, end, text: format!("\"{replaced}\"") });
        }
        Ok(())
    }
}

/// An edit of a string's content as one of the text it stands in.
pub(super) fn lifted(inside: Edit, text: &[u8], leaf: &Leaf) -> Edit {
    inside.lift(escapes(text, leaf).as_ref(), leaf.start as usize + 1)
}

/// The way from what a string says to how it is written; None if that is the same.
fn escapes(text: &[u8], leaf: &Leaf) -> Option<Map> {
    leaf.is_escaped.then(|| {
        let mut map = Map::default();
        map.fill(Reading::Escapes, leaf.content(text));
        map
    })
}
