//! OTLP on the wire: what is valid, where things are, how to change and write them.

pub mod error;
pub mod json;
pub mod normalise;
pub mod prune;
pub mod schema;
pub mod signal;
pub mod validate;
pub mod wire;
