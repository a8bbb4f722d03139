//! OTLP on the wire: what is valid, where things are, how to change and write them.

pub mod attributes;
pub mod batch;
pub mod children;
pub mod columns;
pub mod edit;
pub mod encode;
pub mod error;
pub mod events;
pub mod fields;
pub mod index;
pub mod json;
pub mod key_kinds;
pub mod keys;
pub mod lookup;
pub mod normalise;
pub mod prune;
pub mod schema;
pub mod schema_urls;
pub mod signal;
pub mod split;
pub mod validate;
pub mod value;
pub mod walk;
pub mod wire;
