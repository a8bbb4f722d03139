//! Whether what a pass wrote holds nothing more to edit, so that no other pass is needed.

use crate::document::Action;
use crate::json;

use super::Pass;
use super::edit::{self, Edit};
use super::spots::Spot;

impl Pass<'_> {
    /// Whether another pass would leave what this one made of `value` as it is.
    ///
    /// Edits inside of strings leave JSON in the same parts, under the same keys. So the leaves
    /// without edits have none again, and those with edits were looked at again. Whatever else
    /// one leaf may change for others leaves the pass open: an edit of a key, a number or a role,
    /// a seam beside edits, and the bytes that may still be decoded.
    pub(super) fn is_settled(&self, value: &[u8], written: &[u8]) -> bool {
        let limits = &self.rules.limits;
        !self.is_open
            && self.base64_left == limits.base64_bytes_max
            && value.len().max(written.len()) <= limits.value_bytes_max
    }

    /// Looks at a leaf with its edits. What may be JSON now, and text around nothing, which may
    /// come together otherwise in the JSON around, are left to another pass.
    pub(super) fn look_again(&mut self, leaf: &[u8], spot: Spot, edits: &[Edit]) {
        if edits.is_empty() || self.is_open {
            return;
        }
        let written = edit::apply(leaf, edits);
        let mut candidates = Vec::new();
        self.is_open = json::may_be_json(&written)
            || edits.iter().any(|edit| edit.text.is_empty())
            || self.look(&written, spot, true, &mut candidates).is_err()
            || candidates.iter().any(|one| one.planned.decision.action != Action::Flag);
    }
}
