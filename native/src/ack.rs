//! Who still waits for an answer.
//!
//! A request's sender hears once, when the last holder of its data let go: the worst
//! outcome that any holder reported. A holder that is dropped without a report counts
//! as a retryable failure, so nothing lost is ever acknowledged.

use std::any::Any;
use std::mem;
use std::sync::Arc;

use parking_lot::Mutex;

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
    pub fn worsen(&mut self, other: Self) {
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

/// Something to keep until the data is gone, such as a share of the byte budget.
pub type Hold = Box<dyn Any + Send + Sync>;
