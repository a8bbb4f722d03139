//! The native core of Spanloom. It moves bytes; Python decides over columns.
//!
//! `otlp` knows the wire, `server` receives, `client` sends, `ack` answers senders, `ledger` keeps
//! the books, `redact` takes out what must not leave, `sampling` makes randomness of ids, and `py`
//! is the only place that knows Python.
#![deny(unsafe_code)]

pub mod ack;
pub mod client;
pub mod holder;
pub mod ledger;
pub mod otlp;
#[cfg(feature = "python")]
mod py;
pub mod redact;
pub mod sampling;
pub mod server;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
