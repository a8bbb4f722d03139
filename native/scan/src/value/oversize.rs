//! Values that are too large to be scanned whole.

use crate::text::Unscanned;

use super::Pass;
use super::edit::{Edit, widen};
use super::spots::Spot;
use crate::json;

/// In place of what was not looked at.
const UNSCANNED: &str = "[REDACTED:unscanned]";
/// So much beyond each cut is looked at, to see what the cut divides.
const OVERLAP_BYTES: usize = 256;

impl Pass<'_> {
    /// The edits that keep half of `limits.value_bytes_max` at either end, redacted as plain
    /// text, and replace what lies between. A finding that a cut divides is still seen. JSON would not be JSON any more: it is refused.
    pub(super) fn head_and_tail(
        &mut self,
        value: &[u8],
        spot: Spot,
    ) -> Result<Vec<Edit>, Unscanned> {
        let half = self.rules.limits.value_bytes_max.saturating_sub(UNSCANNED.len()) / 2;
        let n = value.len();
        if n >= u32::MAX as usize || self.is_json(value) {
            return Err(Unscanned::TooLarge);
        }
        let (cut, resume) = widen(value, half, n - half);
        let (tail_start, head_end) =
            widen(value, resume.saturating_sub(OVERLAP_BYTES), n.min(cut + OVERLAP_BYTES));
        let head = value.get(..head_end).unwrap_or_default();
        let tail = value.get(tail_start..).unwrap_or_default();
        let mut edits = self.leaf(head, spot)?;
        edits.retain(|edit| edit.start < cut);
        edits.iter_mut().for_each(|edit| edit.end = edit.end.min(cut));
        edits.push(Edit { start: cut, end: resume, text: UNSCANNED.to_owned() });
        let n_told = self.told.len();
        let tail_edits = self.leaf(tail, spot)?.into_iter();
        self.move_told(n_told, |range| tail_start + range.start..tail_start + range.end);
        let tail_edits = tail_edits.filter(|edit| edit.end + tail_start > resume);
        edits.extend(tail_edits.map(|edit| Edit {
            start: (edit.start + tail_start).max(resume),
            end: edit.end + tail_start,
            text: edit.text,
        }));
        Ok(edits)
    }

    fn is_json(&mut self, value: &[u8]) -> bool {
        let mut level = self.scratch.value.level();
        let depth_max = self.rules.limits.json_depth_max;
        let is_json = json::may_be_json(value) && level.json.parse(value, depth_max, false);
        self.scratch.value.put_level(level);
        is_json
    }
}
