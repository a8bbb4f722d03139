//! HTTP/1.1, HTTP/2 and gRPC on every listener.
//!
//! A request's way: `acceptor` accepts, `connection` serves, `service` routes, `body` reads within
//! the budget, `decompress` inflates, `export` validates, `inbox` lets it wait, `outcome` answers.
//! Nothing here knows Python; threads from outside pull from the inboxes.

pub mod acceptor;
pub mod address;
pub mod answers;
pub mod body;
pub mod budget;
pub mod config;
pub mod connection;
pub mod cors;
pub mod decompress;
pub mod export;
pub mod inbox;
pub mod listener;
pub mod otlp_grpc;
pub mod otlp_http;
pub mod outcome;
pub mod queue;
pub mod raw;
pub mod refusal;
pub mod response;
pub mod run;
pub mod service;
pub mod stats;
pub mod status;
