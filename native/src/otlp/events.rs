//! Which events of spans a holder still has.

use std::sync::Arc;

use super::batch::{Batch, positions};
use super::children::Children;
use super::error::Error;

impl Batch {
    /// Drops the events where `mask` is false; it has one entry per event the holder has.
    pub fn keep_events(&mut self, mask: &[bool]) -> Result<(), Error> {
        if mask.iter().all(|&kept| kept) {
            return Ok(());
        }
        let n_events = self.core.events()?.nodes.len();
        let mut kept = match &self.events_kept {
            Some(kept) => kept.to_vec(),
            None => vec![true; n_events],
        };
        let owners: Vec<usize> = self.event_positions()?.collect();
        for (event, _) in owners.into_iter().zip(mask).filter(|&(_, &kept)| !kept) {
            if let Some(slot) = kept.get_mut(event) {
                *slot = false;
            }
        }
        self.events_kept = Some(Arc::new(kept));
        Ok(())
    }

    /// Whether an event, by its position in the request, is still there.
    pub fn is_event_kept(&self, event: usize) -> bool {
        let kept = self.events_kept.as_ref();
        kept.is_none_or(|kept| kept.get(event).copied().unwrap_or_default())
    }

    /// Positions in the request of the events of span `i` that are still there.
    pub fn events_of<'a>(
        &'a self,
        events: &Children,
        i: usize,
    ) -> impl Iterator<Item = usize> + use<'a> {
        events.of(i).filter(|&event| self.is_event_kept(event))
    }

    /// Positions in the request of all events that are still there.
    pub fn event_positions(&self) -> Result<impl Iterator<Item = usize> + use<'_>, Error> {
        let events = self.core.events()?;
        let spans = positions(&self.kept, self.core.n_items);
        Ok(spans.flat_map(|span| self.events_of(events, span)))
    }
}
