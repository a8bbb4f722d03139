//! What becomes of all that was found in one leaf, and what is told of it.

use std::ops::Range;

use crate::decide::Decision;
use crate::document::Action;
use crate::resolve::{Planned, resolve};

use super::edit::{self, Edit};
use super::spots::Spot;
use super::{Drop, Pass, Told};

impl Pass<'_> {
    /// Decides among all that was found in one leaf, and tells.
    pub(super) fn settle(
        &mut self,
        leaf: &[u8],
        spot: Spot,
        mut planned: Vec<Planned>,
    ) -> Vec<Edit> {
        for one in &mut planned {
            (one.start, one.end) = edit::widen(leaf, one.start, one.end);
        }
        let winners = resolve(&planned);
        self.tell(spot, &planned, &winners);
        let edit =
            |one: Planned| Edit { start: one.start, end: one.end, text: one.decision.replacement };
        winners.into_iter().map(edit).collect()
    }

    pub(super) fn tell(&mut self, spot: Spot, planned: &[Planned], winners: &[Planned]) {
        for winner in winners {
            self.told.push(told(winner, winner.decision.action, spot));
        }
        let mut others: Vec<&Planned> = planned.iter().collect();
        others.sort_by_key(|one| (one.decision.rule, one.start));
        let mut last = None;
        for one in others {
            self.note_drop(one.decision.action);
            let rule = one.decision.rule;
            let is_known = last.is_some_and(|(known, end)| known == rule && one.start < end);
            if let Some(action) = self.told_besides(one, winners).filter(|_| !is_known) {
                self.told.push(told(one, action, spot));
            }
            let end = last.filter(|_| is_known).map_or(one.end, |(_, end)| one.end.max(end));
            last = Some((rule, end));
        }
    }

    /// Leads the positions of what was told since `n_told` from a part of a text to the text.
    pub(super) fn move_told(
        &mut self,
        n_told: usize,
        to_text: impl Fn(Range<usize>) -> Range<usize>,
    ) {
        for one in self.told.get_mut(n_told..).unwrap_or_default() {
            one.range = one.range.and_then(|(start, end)| {
                let range = to_text(start as usize..end as usize);
                Some((u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?))
            });
        }
    }

    /// As what a finding that did not win is told: as a flag, as what drops the value, or, as
    /// a flag, for its rule's attribute.
    fn told_besides(&self, one: &Planned, winners: &[Planned]) -> Option<Action> {
        let Decision { rule, action, .. } = one.decision;
        if action == Action::Flag {
            return Some(action);
        }
        let behind = winners.partition_point(|winner| winner.start <= one.start);
        let winner = behind.checked_sub(1).and_then(|index| winners.get(index));
        if winner.is_some_and(|winner| winner.decision.rule == rule) {
            return None;
        }
        match action {
            Action::DropAttribute | Action::DropItem => Some(action),
            _ => self.rules.rule(rule)?.attribute.as_ref().map(|_| Action::Flag),
        }
    }

    fn note_drop(&mut self, action: Action) {
        let drop = match action {
            Action::DropItem => Some(Drop::Item),
            Action::DropAttribute => Some(Drop::Attribute),
            _ => None,
        };
        self.dropped = self.dropped.max(drop);
    }
}

fn told(one: &Planned, action: Action, spot: Spot) -> Told {
    let Spot { role, message_index, .. } = spot;
    let Decision { rule, dry_run, score, .. } = one.decision;
    let range = u32::try_from(one.start).ok().zip(u32::try_from(one.end).ok());
    Told { rule, action, dry_run, role, message_index, score, range, tag: one.tag }
}
