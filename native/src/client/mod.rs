//! A gRPC client for unary calls in plain text, without a thread of its own: the caller's
//! thread drives its connection while it waits, so a call wakes nobody else.

mod connection;
mod cork;
mod reply;
mod target;

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, TE, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use parking_lot::Mutex;
use tokio::sync::watch;

use connection::{Connection, Failure, Framed};
pub use reply::Reply;
use target::Target;

/// Idle connections kept; more are only made while more calls are in flight.
const IDLE_MAX: usize = 64;
/// The protocol allows eight digits of milliseconds.
const TIMEOUT_MS_MAX: u128 = 99_999_999;

/// What all calls have in common.
pub struct Config {
    /// `host:port` or `unix:/path`.
    pub address: String,
    pub authority: String,
    pub user_agent: String,
    pub metadata: Vec<(String, String)>,
    /// The name of the compression that all messages already have.
    pub encoding: Option<String>,
    pub reply_bytes_max: usize,
}

/// Connects when it is called; keeps connections between calls.
pub struct Client {
    target: Target,
    authority: Authority,
    headers: HeaderMap,
    is_compressed: bool,
    reply_bytes_max: usize,
    idle: Mutex<Vec<Connection>>,
    closed: watch::Sender<bool>,
}

impl Client {
    /// Fails when a header, the authority or the address is malformed. Connects nowhere.
    pub fn new(config: Config) -> Result<Self, http::Error> {
        Ok(Self {
            target: Target::new(config.address),
            authority: Authority::try_from(config.authority)?,
            headers: headers(&config.user_agent, &config.metadata, config.encoding.as_deref())?,
            is_compressed: config.encoding.is_some(),
            reply_bytes_max: config.reply_bytes_max,
            idle: Mutex::default(),
            closed: watch::Sender::new(false),
        })
    }

    /// Sends one message and waits for the answer; what fails on the way is a status too.
    ///
    /// A kept connection that turns out to be gone is replaced once. The message may then
    /// arrive twice, which OTLP allows.
    pub fn call(&self, path: &str, message: Bytes, timeout: Duration) -> Reply {
        let deadline = Instant::now() + timeout;
        let Ok(request) = self.request(path, timeout) else {
            return Reply::status(reply::INTERNAL);
        };
        let Some(message) = Framed::new(message, self.is_compressed) else {
            return Reply::status(reply::INTERNAL);
        };
        loop {
            let kept = self.idle.lock().pop();
            let was_kept = kept.is_some();
            match self.attempt(kept, request.clone(), message.clone(), deadline) {
                Err(Failure::Broken) if was_kept => {}
                Err(failure) => return Reply::status(failure.code()),
                Ok(reply) => return reply,
            }
        }
    }

    fn attempt(
        &self,
        kept: Option<Connection>,
        request: http::Request<()>,
        message: Framed,
        deadline: Instant,
    ) -> Result<Reply, Failure> {
        let closed = self.closed.subscribe();
        let mut connection = match kept {
            Some(connection) => connection,
            None => Connection::open(&self.target, deadline, closed.clone())?,
        };
        let reply = connection.call(request, message, self.reply_bytes_max, deadline, closed)?;
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_MAX && !*self.closed.borrow() {
            idle.push(connection);
        }
        Ok(reply)
    }

    fn request(&self, path: &str, timeout: Duration) -> Result<http::Request<()>, http::Error> {
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.authority.clone());
        uri.path_and_query = Some(PathAndQuery::try_from(path)?);
        let mut request = http::Request::post(Uri::from_parts(uri)?).body(())?;
        *request.headers_mut() = self.headers.clone();
        let timeout_ms = timeout.as_millis().clamp(1, TIMEOUT_MS_MAX);
        let timeout = HeaderValue::try_from(format!("{timeout_ms}m"))?;
        request.headers_mut().insert("grpc-timeout", timeout);
        Ok(request)
    }

    /// Ends what is in flight, as cancelled, and every later call.
    pub fn close(&self) {
        self.closed.send_replace(true);
        self.idle.lock().clear();
    }
}

fn headers(
    user_agent: &str,
    metadata: &[(String, String)],
    encoding: Option<&str>,
) -> Result<HeaderMap, http::Error> {
    let mut headers = HeaderMap::new();
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(USER_AGENT, HeaderValue::try_from(user_agent)?);
    if let Some(encoding) = encoding {
        headers.insert("grpc-encoding", HeaderValue::try_from(encoding)?);
    }
    for (name, value) in metadata {
        let mut value = HeaderValue::try_from(value)?;
        // Keeps secrets out of compression tables.
        value.set_sensitive(true);
        headers.append(HeaderName::try_from(name)?, value);
    }
    Ok(headers)
}
