//! Who still waits for an answer, and what the books say.
//!
//! A request's sender hears once, when the last holder of its data let go: the worst
//! outcome that any holder reported. A holder that is dropped without a report counts
//! as a retryable failure, so nothing lost is ever acknowledged. The ledger of a
//! pipeline is kept by a second, separate account, because a sender may be answered
//! (`acknowledge`) before the items are delivered.

use std::any::Any;
use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::Mutex;

/// Distinct drop reasons a ledger names; what exceeds them is counted as `other`.
const REASONS_MAX: usize = 64;

/// What happened to data, as its sender will hear it. Ordered from good to bad.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Outcome {
    #[default]
    Delivered,
    /// Gone for good; sending again would not help.
    Permanent(Failure),
    /// Not delivered; the sender shall try again.
    Retryable(Failure),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    /// Fit for the sender and for logs: never content.
    pub message: String,
    /// Short and bounded, for the ledger and metrics.
    pub reason: String,
    /// A gRPC status to pass on unchanged.
    pub grpc_code: Option<u32>,
    pub retry_after_ms: Option<u64>,
}

impl Outcome {
    const fn badness(&self) -> u8 {
        match self {
            Self::Delivered => 0,
            Self::Permanent(_) => 1,
            Self::Retryable(_) => 2,
        }
    }

    /// A client that tries again mends a retryable failure, so that one wins.
    fn worsen(&mut self, other: Self) {
        if other.badness() > self.badness() {
            *self = other;
        }
    }
}

/// Answers one request.
pub trait Reply: Send {
    fn reply(self: Box<Self>, outcome: &Outcome);
}

/// Whoever waits for the same data. Answers when the last `AckShare` is gone.
struct AckNode {
    worst: Mutex<Outcome>,
    replies: Mutex<Vec<Box<dyn Reply>>>,
    parents: Vec<AckShare>,
}

impl Drop for AckNode {
    fn drop(&mut self) {
        let outcome = mem::take(self.worst.get_mut());
        for reply in mem::take(self.replies.get_mut()) {
            reply.reply(&outcome);
        }
        for parent in mem::take(&mut self.parents) {
            parent.settle(outcome.clone());
        }
    }
}

/// One holder's duty to report. Dropping it unreported reports a retryable loss.
pub struct AckShare {
    node: Option<Arc<AckNode>>,
}

impl AckShare {
    pub fn new(replies: Vec<Box<dyn Reply>>) -> Self {
        Self::from_node(replies, Vec::new())
    }

    /// One duty for several: what becomes of it, becomes of all of them.
    pub fn join(parents: Vec<Self>) -> Self {
        Self::from_node(Vec::new(), parents)
    }

    fn from_node(replies: Vec<Box<dyn Reply>>, parents: Vec<Self>) -> Self {
        let node = AckNode { worst: Mutex::default(), replies: Mutex::new(replies), parents };
        Self { node: Some(Arc::new(node)) }
    }

    /// A second holder of the same data.
    pub fn share(&self) -> Self {
        Self { node: self.node.clone() }
    }

    pub fn settle(mut self, outcome: Outcome) {
        if let Some(node) = self.node.take() {
            node.worst.lock().worsen(outcome);
        }
    }
}

impl Drop for AckShare {
    fn drop(&mut self) {
        if let Some(node) = self.node.take() {
            let message = "the data was lost inside the pipeline".to_owned();
            let failure = Failure { message, reason: "lost".to_owned(), ..Failure::default() };
            node.worst.lock().worsen(Outcome::Retryable(failure));
        }
    }
}

/// A pipeline's books: received = delivered + refused + dropped + in flight.
#[derive(Debug, Default)]
pub struct Ledger {
    received: AtomicU64,
    delivered: AtomicU64,
    refused: AtomicU64,
    in_flight: AtomicU64,
    dropped: Mutex<BTreeMap<String, u64>>,
}

/// The books at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    pub received: u64,
    pub delivered: u64,
    pub refused: u64,
    pub in_flight: u64,
    pub dropped: BTreeMap<String, u64>,
}

impl Ledger {
    pub fn entries(&self) -> Entries {
        Entries {
            received: self.received.load(Relaxed),
            delivered: self.delivered.load(Relaxed),
            refused: self.refused.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            dropped: self.dropped.lock().clone(),
        }
    }

    fn count_dropped(&self, reason: &str, n_items: u64) {
        if n_items == 0 {
            return;
        }
        let mut dropped = self.dropped.lock();
        let full = dropped.len() >= REASONS_MAX && !dropped.contains_key(reason);
        let reason = if full { "other" } else { reason };
        *dropped.entry(reason.to_owned()).or_default() += n_items;
    }
}

/// The items of one batch in one ledger, until its last holder reports.
struct Account {
    ledger: Arc<Ledger>,
    n_items: AtomicU64,
    n_rejected: Mutex<BTreeMap<String, u64>>,
    worst: Mutex<Outcome>,
}

impl Account {
    fn take(&self, n_items: u64) -> u64 {
        let before =
            self.n_items.fetch_update(Relaxed, Relaxed, |n| Some(n.saturating_sub(n_items)));
        before.unwrap_or(0).min(n_items)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let mut n_items = *self.n_items.get_mut();
        self.ledger.in_flight.fetch_sub(n_items, Relaxed);
        match self.worst.get_mut() {
            Outcome::Delivered => {
                for (reason, n_rejected) in mem::take(self.n_rejected.get_mut()) {
                    let n_rejected = n_rejected.min(n_items);
                    n_items -= n_rejected;
                    self.ledger.count_dropped(&reason, n_rejected);
                }
                self.ledger.delivered.fetch_add(n_items, Relaxed);
            }
            Outcome::Permanent(failure) => self.ledger.count_dropped(&failure.reason, n_items),
            Outcome::Retryable(_) => {
                self.ledger.refused.fetch_add(n_items, Relaxed);
            }
        }
    }
}

/// One holder's part in an account.
pub struct AccountShare {
    account: Option<Arc<Account>>,
}

impl AccountShare {
    /// Books `n_items` as received and in flight.
    pub fn enter(ledger: &Arc<Ledger>, n_items: u64) -> Self {
        ledger.received.fetch_add(n_items, Relaxed);
        ledger.in_flight.fetch_add(n_items, Relaxed);
        Self::open(ledger, n_items)
    }

    fn open(ledger: &Arc<Ledger>, n_items: u64) -> Self {
        let account = Account {
            ledger: Arc::clone(ledger),
            n_items: AtomicU64::new(n_items),
            n_rejected: Mutex::default(),
            worst: Mutex::default(),
        };
        Self { account: Some(Arc::new(account)) }
    }

    pub fn share(&self) -> Self {
        Self { account: self.account.clone() }
    }

    /// Moves up to `n_items` into an account of their own.
    pub fn split_off(&self, n_items: u64) -> Self {
        match &self.account {
            Some(account) => Self::open(&account.ledger, account.take(n_items)),
            None => Self { account: None },
        }
    }

    pub fn is_same_ledger(&self, other: &Self) -> bool {
        let accounts = self.account.as_ref().zip(other.account.as_ref());
        accounts.is_some_and(|(mine, theirs)| Arc::ptr_eq(&mine.ledger, &theirs.ledger))
    }

    /// Moves all items of `other` in here. Only for accounts of the same ledger.
    pub fn absorb(&self, mut other: Self) -> Result<(), Self> {
        let (Some(mine), Some(theirs)) = (&self.account, &other.account) else {
            return Err(other);
        };
        if !Arc::ptr_eq(&mine.ledger, &theirs.ledger) {
            return Err(other);
        }
        mine.n_items.fetch_add(theirs.take(u64::MAX), Relaxed);
        other.account = None;
        Ok(())
    }

    /// Books `n_items` as dropped for a named reason.
    pub fn drop_items(&self, reason: &str, n_items: u64) {
        if let Some(account) = &self.account {
            let n_items = account.take(n_items);
            account.ledger.in_flight.fetch_sub(n_items, Relaxed);
            account.ledger.count_dropped(reason, n_items);
        }
    }

    /// Books items that a processor made in addition.
    pub fn add_items(&self, n_items: u64) {
        if let Some(account) = &self.account {
            account.ledger.received.fetch_add(n_items, Relaxed);
            account.ledger.in_flight.fetch_add(n_items, Relaxed);
            account.n_items.fetch_add(n_items, Relaxed);
        }
    }

    /// Remembers items that the destination refused while it took the others.
    pub fn reject(&self, reason: &str, n_items: u64) {
        if let Some(account) = &self.account {
            *account.n_rejected.lock().entry(reason.to_owned()).or_default() += n_items;
        }
    }

    pub fn n_items(&self) -> u64 {
        self.account.as_ref().map_or(0, |account| account.n_items.load(Relaxed))
    }

    pub fn settle(mut self, outcome: Outcome) {
        if let Some(account) = self.account.take() {
            account.worst.lock().worsen(outcome);
        }
    }
}

impl Drop for AccountShare {
    fn drop(&mut self) {
        if let Some(account) = self.account.take() {
            account.worst.lock().worsen(Outcome::Retryable(Failure::default()));
        }
    }
}

/// Something to keep until the data is gone, such as a share of the byte budget.
pub type Hold = Box<dyn Any + Send + Sync>;
