//! What the books of a pipeline say.
//!
//! They are kept apart from what the sender hears (`ack`), because it may be answered
//! (`acknowledge`) before the items are delivered.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::Mutex;

use crate::ack::{Failure, Outcome};

/// Distinct drop reasons a ledger names; what exceeds them is counted as `other`.
const REASONS_MAX: usize = 64;

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
