//! What a server is told. Limits that nobody needed to change yet are constants here.

use std::time::Duration;

use crate::otlp::signal::Signal;

use super::cors::Cors;
use super::decompress::Encoding;

/// A request's headers must be complete, and an idle HTTP/1.1 connection is closed, after this.
/// Longer than the minute that SDKs leave between two metric exports.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(120);
/// A connection that has never sent a byte is closed after this.
pub const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(60);
/// A connection that has sent bytes but never a request is closed after this.
pub const FIRST_REQUEST_TIMEOUT: Duration = Duration::from_secs(120);
/// A younger connection is not asked to end before its first request: gRPC's C core hangs when a
/// GOAWAY comes along with the first SETTINGS.
pub const SETTLE_TIME: Duration = Duration::from_secs(1);
/// Written data must be acknowledged by the peer's kernel, and windows open, within this.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// A body that arrives without a pause, but slower than this on average, is given up.
pub const BODY_BYTES_PER_S_MIN: u64 = 16 << 10;
pub const HEADER_BYTES_MAX: u32 = 16 << 10;
/// What one HTTP/1.1 connection buffers; more than twice the headers, for bodies in few reads.
pub const HTTP1_BUFFER_BYTES_MAX: usize = 64 << 10;
/// What a request in flight costs beside its body: stream, task, headers, place in the queue.
/// Measured 5.5 KB with 10,000 one-span calls waiting on ten connections.
pub const REQUEST_BYTES: usize = 6 << 10;
/// What an index may hold for each message of a request, rounded up: a row of 24 bytes for an
/// attribute, which may be one empty message; about 100 bytes for an item, which has several.
pub const INDEX_BYTES_PER_MESSAGE: usize = 32;
/// The default window of 64 KiB makes bodies of 0.5 MB stop and go.
pub const STREAM_WINDOW_BYTES: u32 = 1 << 20;
pub const CONNECTION_WINDOW_BYTES: u32 = 8 << 20;
/// The default of 16 KiB makes a request of 100 KB thirteen reads from its socket.
pub const FRAME_BYTES_MAX: u32 = 256 << 10;
pub const CONNECTIONS_MAX: usize = 20_000;

/// The options of one server.
#[derive(Clone, Debug)]
pub struct Config {
    pub signals: Vec<Signal>,
    pub threads: usize,
    pub grpc_message_bytes_max: usize,
    pub http_body_bytes_max: usize,
    pub traces_path: String,
    pub metrics_path: String,
    pub logs_path: String,
    pub http_encodings: Vec<Encoding>,
    pub cors: Option<Cors>,
    pub read_timeout: Duration,
    pub keepalive_time: Duration,
    pub keepalive_timeout: Duration,
    pub max_concurrent_streams: u32,
    pub max_connections: usize,
    pub retry_after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            signals: Signal::ALL.to_vec(),
            threads: 1,
            grpc_message_bytes_max: 16 << 20,
            http_body_bytes_max: 16 << 20,
            traces_path: "/v1/traces".to_owned(),
            metrics_path: "/v1/metrics".to_owned(),
            logs_path: "/v1/logs".to_owned(),
            http_encodings: Encoding::ALL.to_vec(),
            cors: None,
            read_timeout: Duration::from_secs(30),
            keepalive_time: Duration::from_secs(7200),
            keepalive_timeout: Duration::from_secs(20),
            max_concurrent_streams: 1024,
            max_connections: CONNECTIONS_MAX,
            retry_after: Duration::from_secs(1),
        }
    }
}

impl Config {
    pub fn path(&self, signal: Signal) -> &str {
        match signal {
            Signal::Traces => &self.traces_path,
            Signal::Metrics => &self.metrics_path,
            Signal::Logs => &self.logs_path,
        }
    }

    pub fn serves(&self, signal: Signal) -> bool {
        self.signals.contains(&signal)
    }
}
