//! One OTLP request: validated by itself, parked, answered when it is settled.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::otlp::error::Error;
use crate::otlp::signal::Signal;
use crate::otlp::validate;

use super::budget::Permit;
use super::inbox::{Entry, Inbox, Pending};
use super::outcome::status_of;
use super::refusal::{Reason, Refusal};
use super::service::Shared;
use super::stats::{Source, Stats, Transport};
use super::status::Rejected;

const BAD_ID: &str =
    "items with an id that is missing, all zero or of the wrong length were dropped";

/// A request's valid part.
struct Checked {
    raw: Bytes,
    n_items: u64,
    n_messages: u32,
    rejected: Option<Rejected>,
}

fn check(signal: Signal, mut raw: Bytes) -> Result<Checked, Error> {
    let mut summary = validate::validate(signal, &raw)?;
    if summary.repeats_singular {
        raw = validate::normalise(signal, &raw)?.into();
        summary = validate::validate(signal, &raw)?;
    }
    let (n_items, n_messages) = (u64::from(summary.n_items), summary.n_messages);
    let mut checked = Checked { raw, n_items, n_messages, rejected: None };
    if summary.n_bad_ids > 0 {
        checked.raw = validate::drop_bad_ids(signal, &checked.raw)?.into();
        checked.n_items = u64::from(validate::validate(signal, &checked.raw)?.n_items);
        checked.rejected = Some(Rejected { n_items: u64::from(summary.n_bad_ids), reason: BAD_ID });
    }
    Ok(checked)
}

/// Validates the request and waits until it is settled. Dropping the future withdraws it.
pub async fn export(
    shared: &Shared,
    signal: Signal,
    transport: Transport,
    raw: Bytes,
    mut permit: Permit,
) -> Result<Option<Rejected>, Refusal> {
    let source = Source { signal: Some(signal), transport };
    let checked = check(signal, raw)
        .map_err(|error| Refusal::with_message(Reason::BadData, error.to_string()))?;
    if let Some(rejected) = checked.rejected {
        shared.stats.failed(source, Reason::BadId, 0, rejected.n_items);
    }
    if checked.n_items > 0 {
        shared.cover_index(&mut permit, checked.raw.len(), checked.n_messages)?;
        settle(shared, source, shared.inbox(signal), checked.raw, checked.n_items, permit).await?;
    }
    Ok(checked.rejected)
}

async fn settle(
    shared: &Shared,
    source: Source,
    inbox: &Arc<Inbox>,
    raw: Bytes,
    n_items: u64,
    permit: Permit,
) -> Result<(), Refusal> {
    let lost = || Refusal::retryable(Reason::Lost, shared.config.retry_after);
    let (sender, outcome) = oneshot::channel();
    let (answers, stats) = (Arc::clone(&shared.answers), Arc::clone(&shared.stats));
    let pending = Pending { sender, answers, stats, source, n_items };
    let n_bytes = raw.len();
    let id = inbox.queue.push(Entry { raw, permit, pending }, n_bytes).map_err(|_| lost())?;
    let ticket = Ticket { inbox, stats: &shared.stats, source, id, is_open: true };
    let outcome = outcome.await;
    ticket.close();
    match status_of(&outcome.map_err(|_| lost())?, shared.config.retry_after) {
        None => Ok(()),
        Some(status) => Err(Refusal::from_pipeline(status)),
    }
}

/// Withdraws a request whose client went away before anyone pulled it.
struct Ticket<'a> {
    inbox: &'a Inbox,
    stats: &'a Stats,
    source: Source,
    id: u64,
    is_open: bool,
}

impl Ticket<'_> {
    fn close(mut self) {
        self.is_open = false;
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        if let Some(entry) = self.inbox.queue.withdraw(self.id) {
            self.stats.failed(self.source, Reason::ClientGone, 1, entry.pending.n_items);
        }
    }
}
