//! Export requests of one signal that wait for a worker.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::sync::oneshot;

use crate::ack::{Outcome, Reply};
use crate::otlp::signal::Signal;

use super::answers::Answers;
use super::budget::Permit;
use super::queue::{Closed, Pull, Queue};
use super::stats::{Source, Stats};

/// The way back to the connection on which a request came.
#[derive(Debug)]
pub struct Pending {
    pub sender: oneshot::Sender<Outcome>,
    pub answers: Arc<Answers>,
    pub stats: Arc<Stats>,
    pub source: Source,
    pub n_items: u64,
}

impl Reply for Pending {
    fn reply(self: Box<Self>, outcome: &Outcome) {
        self.stats.settled(self.source, self.n_items, outcome);
        self.answers.push(self.sender, outcome.clone());
    }
}

/// One valid request.
#[derive(Debug)]
pub struct Entry {
    pub raw: Bytes,
    pub permit: Permit,
    pub pending: Pending,
}

/// Requests merged into one: protobuf messages add up by concatenation.
pub struct Merged {
    pub raw: Bytes,
    pub n_items: u64,
    pub replies: Vec<Box<dyn Reply>>,
    pub permit: Permit,
}

#[derive(Debug)]
pub struct Inbox {
    pub signal: Signal,
    pub queue: Queue<Entry>,
}

impl Inbox {
    pub fn new(signal: Signal) -> Self {
        Self { signal, queue: Queue::default() }
    }

    /// All that waits, as one; None when the time was over first.
    pub fn pull(&self, pull: &Pull) -> Result<Option<Merged>, Closed> {
        Ok(merge(self.queue.pull(pull)?))
    }
}

fn merge(entries: Vec<Entry>) -> Option<Merged> {
    let n_bytes = entries.iter().map(|entry| entry.raw.len()).sum();
    let n_entries = entries.len();
    let mut entries = entries.into_iter();
    let Entry { raw, mut permit, pending } = entries.next()?;
    let mut n_items = pending.n_items;
    let mut replies: Vec<Box<dyn Reply>> = Vec::with_capacity(n_entries);
    replies.push(Box::new(pending));
    if n_entries == 1 {
        return Some(Merged { raw, n_items, replies, permit });
    }
    let mut all = BytesMut::with_capacity(n_bytes);
    all.extend_from_slice(&raw);
    for entry in entries {
        all.extend_from_slice(&entry.raw);
        n_items += entry.pending.n_items;
        permit.absorb(entry.permit);
        replies.push(Box::new(entry.pending));
    }
    Some(Merged { raw: all.freeze(), n_items, replies, permit })
}
