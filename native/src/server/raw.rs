//! Routes of other receivers: requests as bytes, pulled like batches and answered from outside.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use tokio::sync::oneshot;

use super::budget::Permit;
use super::queue::Queue;

/// The answer to a raw request. `status` is HTTP's, or a gRPC code on a gRPC route; None is
/// success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawReply {
    pub status: Option<u16>,
    pub content_type: String,
    pub body: Bytes,
}

#[derive(Debug)]
pub struct RawEntry {
    pub path: String,
    pub peer: Arc<str>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub permit: Permit,
    pub sender: oneshot::Sender<RawReply>,
}

pub type RawInbox = Queue<RawEntry>;
