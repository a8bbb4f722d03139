//! Outcomes on their way from the threads that settle to the runtime that answers.
//!
//! A batch settles many requests at once. Waking each of them from outside would cost a
//! system call and a write to the socket apiece; so the first outcome wakes one task, and
//! that one finds the others.

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use crate::ack::Outcome;

type Answer = (oneshot::Sender<Outcome>, Outcome);

/// Holds at most one outcome per request in flight.
#[derive(Debug, Default)]
pub struct Answers {
    ready: Mutex<Vec<Answer>>,
    arrival: Notify,
}

impl Answers {
    /// From any thread. Without effect where nobody waits any more.
    pub fn push(&self, sender: oneshot::Sender<Outcome>, outcome: Outcome) {
        if sender.is_closed() {
            return;
        }
        let mut ready = self.ready.lock();
        ready.push((sender, outcome));
        if ready.len() == 1 {
            self.arrival.notify_one();
        }
    }

    /// Hands on what arrives, for as long as the runtime lives.
    pub async fn deliver(&self) {
        loop {
            self.arrival.notified().await;
            let ready = std::mem::take(&mut *self.ready.lock());
            for (sender, outcome) in ready {
                // The client may be gone; what it sent is settled all the same.
                let _ = sender.send(outcome);
            }
        }
    }
}
