//! Routes requests to OTLP or to whoever registered a path, and shares what they need.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, Version};
use hyper::body::Incoming;
use tokio::sync::oneshot;

use crate::otlp::signal::Signal;

use super::answers::Answers;
use super::body::{self, RequestBody};
use super::budget::{Budget, Permit};
use super::config::{Config, INDEX_BYTES_PER_MESSAGE, REQUEST_BYTES};
use super::decompress::{Failure, inflate};
use super::inbox::Inbox;
use super::otlp_grpc;
use super::otlp_http;
use super::raw::{RawEntry, RawInbox, RawReply};
use super::refusal::{Reason, Refusal};
use super::response::Reply;
use super::stats::{Source, Stats};

/// What a path leads to.
#[derive(Clone, Debug)]
pub enum Target {
    Export(Signal),
    Raw(Arc<RawInbox>),
}

/// Registered paths; fixed once the server starts.
#[derive(Debug, Default)]
pub struct Routes {
    pub http: HashMap<String, Vec<(Method, Target)>>,
    pub grpc: HashMap<String, Target>,
}

impl Routes {
    pub fn new(config: &Config) -> Self {
        let mut routes = Self::default();
        for &signal in &config.signals {
            routes.add_http(config.path(signal), Method::POST, Target::Export(signal));
            routes.grpc.insert(otlp_grpc::path(signal).to_owned(), Target::Export(signal));
        }
        routes
    }

    /// False where the path and method are taken.
    pub fn add_http(&mut self, path: &str, method: Method, target: Target) -> bool {
        let targets = self.http.entry(path.to_owned()).or_default();
        let is_free = targets.iter().all(|(taken, _)| *taken != method);
        if is_free {
            targets.push((method, target));
        }
        is_free
    }

    pub fn add_grpc(&mut self, path: &str, target: Target) -> bool {
        let is_free = !self.grpc.contains_key(path);
        self.grpc.entry(path.to_owned()).or_insert(target);
        is_free
    }

    fn raw_inboxes(&self) -> impl Iterator<Item = &Arc<RawInbox>> {
        let http = self.http.values().flatten().map(|(_, target)| target);
        http.chain(self.grpc.values()).filter_map(|target| match target {
            Target::Raw(inbox) => Some(inbox),
            Target::Export(_) => None,
        })
    }
}

/// One server's parts, as all its connections use them.
#[derive(Debug)]
pub struct Shared {
    pub config: Config,
    pub routes: Routes,
    pub budget: Arc<Budget>,
    pub stats: Arc<Stats>,
    pub answers: Arc<Answers>,
    pub inboxes: Arc<[Arc<Inbox>; 3]>,
}

impl Shared {
    pub fn inbox(&self, signal: Signal) -> &Arc<Inbox> {
        let [traces, metrics, logs] = &*self.inboxes;
        match signal {
            Signal::Traces => traces,
            Signal::Metrics => metrics,
            Signal::Logs => logs,
        }
    }

    pub fn close_inboxes(&self) {
        self.inboxes.iter().for_each(|inbox| inbox.queue.close());
        self.routes.raw_inboxes().for_each(|inbox| inbox.close());
    }

    /// A share of the budget for a new request, if there is room to begin one.
    pub fn admit(&self) -> Result<Permit, Refusal> {
        let mut permit = Permit::empty(Arc::clone(&self.budget));
        if !self.budget.admits() || permit.grow(REQUEST_BYTES).is_err() {
            return Err(self.overload());
        }
        Ok(permit)
    }

    fn overload(&self) -> Refusal {
        Refusal::retryable(Reason::Overload, self.config.retry_after)
    }

    /// The body as it came. Counts a client that goes away meanwhile.
    pub async fn read(
        &self,
        source: Source,
        body: &mut RequestBody,
        max_bytes: usize,
        permit: &mut Permit,
    ) -> Result<Bytes, Refusal> {
        let reading = Reading { stats: &self.stats, source };
        let read = body::read(body, max_bytes, permit, self.config.read_timeout).await;
        std::mem::forget(reading);
        read.map_err(|reason| match reason {
            Reason::Overload => self.overload(),
            reason => Refusal::new(reason),
        })
    }

    /// The inflated body; `permit` then covers it, and no longer the input.
    pub fn inflate(
        &self,
        encoding: super::decompress::Encoding,
        input: &[u8],
        max_bytes: usize,
        permit: &mut Permit,
    ) -> Result<Bytes, Refusal> {
        let output =
            inflate(encoding, input, max_bytes, permit).map_err(|failure| match failure {
                Failure::Broken => Refusal::new(Reason::BrokenEncoding),
                Failure::TooLarge => Refusal::new(Reason::TooLarge),
                Failure::Exhausted => self.overload(),
            })?;
        self.resize(permit, output.len())?;
        Ok(output.into())
    }

    /// Lets the permit cover a body of another size in the place of the one that came.
    pub fn resize(&self, permit: &mut Permit, n_body_bytes: usize) -> Result<(), Refusal> {
        permit.resize(REQUEST_BYTES + n_body_bytes).map_err(|_| self.overload())
    }

    /// Lets the permit cover the index of a request that has more messages than bytes to match:
    /// millions of empty attributes are small on the wire only.
    pub fn cover_index(
        &self,
        permit: &mut Permit,
        n_body_bytes: usize,
        n_messages: u32,
    ) -> Result<(), Refusal> {
        let n_index_bytes = INDEX_BYTES_PER_MESSAGE.saturating_mul(n_messages as usize);
        if n_index_bytes <= n_body_bytes + REQUEST_BYTES {
            return Ok(());
        }
        if REQUEST_BYTES.saturating_add(n_index_bytes) > self.budget.hard_limit() {
            return Err(Refusal::new(Reason::TooLarge));
        }
        self.resize(permit, n_index_bytes)
    }

    /// Lets a raw request wait for its answer.
    pub async fn ask(&self, inbox: &RawInbox, request: RawRequest) -> Result<RawReply, Refusal> {
        let lost = || Refusal::retryable(Reason::Lost, self.config.retry_after);
        let RawRequest { path, peer, headers, body, permit, source } = request;
        let (sender, reply) = oneshot::channel();
        let n_bytes = body.len();
        let entry = RawEntry { path, peer, headers, body, permit, sender };
        let id = inbox.push(entry, n_bytes).map_err(|_| lost())?;
        let ticket = RawTicket { inbox, stats: &self.stats, source, id };
        let reply = reply.await;
        drop(ticket);
        reply.map_err(|_| lost())
    }
}

/// Dropped only with the future that reads: then the stream was reset.
struct Reading<'a> {
    stats: &'a Stats,
    source: Source,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.stats.failed(self.source, Reason::ClientGone, 1, 0);
    }
}

/// What a raw route is asked.
pub struct RawRequest {
    pub path: String,
    pub peer: Arc<str>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub permit: Permit,
    pub source: Source,
}

/// Withdraws a raw request whose client went away; nothing to withdraw once it was pulled.
struct RawTicket<'a> {
    inbox: &'a RawInbox,
    stats: &'a Stats,
    source: Source,
    id: u64,
}

impl Drop for RawTicket<'_> {
    fn drop(&mut self) {
        if self.inbox.withdraw(self.id).is_some() {
            self.stats.failed(self.source, Reason::ClientGone, 1, 0);
        }
    }
}

/// Answers any request. Never fails: what goes wrong is part of the answer.
pub async fn handle(shared: &Shared, peer: &Arc<str>, request: Request<Incoming>) -> Reply {
    if request.version() == Version::HTTP_2 && otlp_grpc::is_grpc(request.headers()) {
        otlp_grpc::handle(shared, peer, request).await
    } else {
        otlp_http::handle(shared, peer, request).await
    }
}

/// A media type without its parameters, in lower case.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
