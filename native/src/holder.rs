//! A batch in somebody's hands: its data, and what is owed for it.

use std::mem;
use std::sync::Arc;

use bytes::Bytes;

use crate::ack::{AckShare, Failure, Hold, Outcome};
use crate::ledger::{AccountShare, Ledger};
use crate::otlp::batch::{Batch, Core};
use crate::otlp::error::Error;
use crate::redact::{self, Engine, Report};

/// Owes the sender an answer (unless acknowledged) and each ledger an outcome.
pub struct Holder {
    pub batch: Batch,
    /// False once the sender was answered: nobody sends the data again.
    is_awaited: bool,
    ack: Option<AckShare>,
    /// In the pipeline it is in now.
    account: Option<AccountShare>,
    /// In the pipelines before connectors.
    older: Vec<AccountShare>,
    /// Of batches this one stands for.
    holds: Vec<Arc<Vec<Hold>>>,
}

impl Holder {
    pub fn new(core: Core, ack: Option<AckShare>) -> Self {
        let batch = Batch::new(Arc::new(core));
        let (account, older, holds) = (None, Vec::new(), Vec::new());
        Self { batch, is_awaited: true, ack, account, older, holds }
    }

    pub fn fork(&self) -> Self {
        self.with(self.batch.clone(), self.account.as_ref().map(AccountShare::share))
    }

    fn with(&self, batch: Batch, account: Option<AccountShare>) -> Self {
        Self {
            batch,
            is_awaited: self.is_awaited,
            ack: self.ack.as_ref().map(AckShare::share),
            account,
            older: self.older.iter().map(AccountShare::share).collect(),
            holds: self.holds.clone(),
        }
    }

    pub fn enter(&mut self, ledger: &Arc<Ledger>) {
        let account = AccountShare::enter(ledger, self.batch.len() as u64);
        self.older.extend(self.account.replace(account));
    }

    pub const fn is_awaited(&self) -> bool {
        self.is_awaited
    }

    pub fn acknowledge(&mut self) {
        self.is_awaited = false;
        if let Some(ack) = self.ack.take() {
            ack.settle(Outcome::Delivered);
        }
    }

    /// The same outcome for the sender and all ledgers. What nobody sends again is not refused
    /// but dropped.
    pub fn settle(self, outcome: &Outcome) {
        match outcome {
            Outcome::Retryable(failure) if !self.is_awaited => {
                let dropped = Outcome::Permanent(failure.clone());
                self.settle_as(&dropped, &dropped);
            }
            _ => self.settle_as(outcome, outcome),
        }
    }

    fn settle_as(mut self, outcome: &Outcome, newest: &Outcome) {
        self.book(outcome, newest);
        if let Some(ack) = self.ack.take() {
            ack.settle(outcome.clone());
        }
    }

    fn book(&mut self, outcome: &Outcome, newest: &Outcome) {
        if let Some(account) = self.account.take() {
            account.settle(newest.clone());
        }
        for account in mem::take(&mut self.older) {
            account.settle(outcome.clone());
        }
    }

    /// Dropped on purpose: a loss in the newest ledger alone.
    pub fn drop_all(self, reason: &str) {
        let failure = Failure { reason: reason.to_owned(), ..Failure::default() };
        self.settle_as(&Outcome::Delivered, &Outcome::Permanent(failure));
    }

    pub fn keep(&mut self, mask: &[bool], reason: &str) {
        let n_dropped = self.batch.keep(mask);
        if let (Some(account), true) = (&self.account, n_dropped > 0) {
            account.drop_items(reason, n_dropped as u64);
        }
    }

    pub fn reject(&self, reason: &str, n_items: u64) {
        if let Some(account) = &self.account {
            account.reject(reason, n_items);
        }
    }

    /// Puts another request in the place of this one's data.
    pub fn replace(&mut self, raw: Bytes, n_items: usize) {
        self.holds.push(Arc::clone(&self.batch.core.holds));
        let core = Core::new(self.batch.core.signal, raw, n_items, Vec::new());
        self.batch = Batch::new(Arc::new(core));
    }

    /// The same; the items that it lacks count as dropped for `reason`.
    pub fn replace_fewer(&mut self, raw: Bytes, n_items: usize, reason: &str) {
        let n_dropped = self.batch.len().saturating_sub(n_items);
        if let (Some(account), true) = (&self.account, n_dropped > 0) {
            account.drop_items(reason, n_dropped as u64);
        }
        self.replace(raw, n_items);
    }

    /// Takes out of the data what must not leave. Items that go count as dropped for `reason`.
    /// A batch in which nothing changes stays as it is, index and edits included.
    ///
    /// # Errors
    /// The batch is as it was, and must not be passed on.
    pub fn redact(
        &mut self,
        engine: &Engine,
        reason: &str,
        audit: bool,
    ) -> Result<Report, redact::Failure> {
        let request = self.batch.encode()?;
        let redacted = engine.redact(self.batch.core.signal, &request, audit)?;
        if let Some(request) = redacted.request {
            self.replace_fewer(Bytes::from(request), redacted.n_kept, reason);
        }
        Ok(redacted.report)
    }

    pub fn split(self, n_items_max: usize) -> Vec<Self> {
        let batches = self.batch.split(n_items_max);
        if batches.len() == 1 {
            return vec![self];
        }
        let account = |batch: &Batch| {
            self.account.as_ref().map(|account| account.split_off(batch.len() as u64))
        };
        let pieces: Vec<Self> = batches
            .into_iter()
            .map(|batch| {
                let account = account(&batch);
                self.with(batch, account)
            })
            .collect();
        self.settle(&Outcome::Delivered);
        pieces
    }

    /// Moves the items where `mask` is true into a holder of their own, settled separately.
    pub fn part(&mut self, mask: &[bool]) -> Self {
        let (rest, taken) = self.batch.parted(mask);
        let account = self.account.as_ref().map(|account| account.split_off(taken.len() as u64));
        self.batch = rest;
        self.with(taken, account)
    }

    /// One request of all items. The holders stay as they are.
    pub fn joined(holders: &[Self]) -> Result<Bytes, Error> {
        let parts: Vec<Bytes> =
            holders.iter().map(|holder| holder.batch.encode()).collect::<Result<_, _>>()?;
        let mut raw = Vec::with_capacity(parts.iter().map(Bytes::len).sum());
        parts.iter().for_each(|part| raw.extend_from_slice(part));
        Ok(Bytes::from(raw))
    }

    /// Whether these may become one: their items are in the same ledger, or in none.
    pub fn are_joinable(holders: &[Self]) -> bool {
        let mut pairs = holders.iter().zip(holders.iter().skip(1));
        pairs.all(|(a, b)| match (&a.account, &b.account) {
            (Some(a), Some(b)) => a.is_same_ledger(b),
            (None, None) => true,
            _ => false,
        })
    }

    /// One holder of `raw`, owing what all of these owed.
    pub fn concat(holders: Vec<Self>, raw: Bytes) -> Option<Self> {
        let signal = holders.first()?.batch.core.signal;
        let n_items = holders.iter().map(|holder| holder.batch.len()).sum();
        let mut joined = Self::new(Core::new(signal, raw, n_items, Vec::new()), None);
        joined.is_awaited = holders.iter().any(Self::is_awaited);
        let mut acks = Vec::new();
        for mut holder in holders {
            joined.holds.push(Arc::clone(&holder.batch.core.holds));
            joined.holds.append(&mut holder.holds);
            joined.older.append(&mut holder.older);
            acks.extend(holder.ack.take());
            joined.absorb(holder.account.take());
        }
        joined.ack = if acks.len() > 1 { Some(AckShare::join(acks)) } else { acks.pop() };
        Some(joined)
    }

    fn absorb(&mut self, account: Option<AccountShare>) {
        let Some(theirs) = account else { return };
        match &self.account {
            None => self.account = Some(theirs),
            // Another ledger: it still hears the outcome.
            Some(mine) => self.older.extend(mine.absorb(theirs).err()),
        }
    }

    /// Takes over what `other` owes. Items that are gone count as dropped "replaced".
    pub fn adopt(&mut self, mut other: Self) {
        self.holds.push(Arc::clone(&other.batch.core.holds));
        self.holds.append(&mut other.holds);
        self.older.append(&mut other.older);
        // One that was made in the pipeline and owes no answer is awaited as far as the other is.
        self.is_awaited = other.is_awaited || (self.is_awaited && self.ack.is_some());
        let mut acks: Vec<AckShare> = self.ack.take().into_iter().collect();
        acks.extend(other.ack.take());
        self.ack = if acks.len() > 1 { Some(AckShare::join(acks)) } else { acks.pop() };
        self.absorb(other.account.take());
        if let Some(account) = &self.account {
            let (n_booked, n_items) = (account.n_items(), self.batch.len() as u64);
            account.drop_items("replaced", n_booked.saturating_sub(n_items));
            account.add_items(n_items.saturating_sub(n_booked));
        }
    }
}

impl Drop for Holder {
    /// Lost without a report. Where a sender waits, the shares say so themselves: refused.
    fn drop(&mut self) {
        if !self.is_awaited {
            let failure = Failure { reason: "lost".to_owned(), ..Failure::default() };
            let dropped = Outcome::Permanent(failure);
            self.book(&dropped, &dropped);
        }
    }
}
