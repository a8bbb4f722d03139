//! Redaction of a request: every text in it is scanned and, where need be, replaced.
//!
//! It works on the wire, by the tables of `otlp::schema`, so that a field which the protocol
//! gains is redacted from the day it is in the tables. `walk` goes through the messages,
//! `values` through attributes and what they hold, `scan` hands one text to the rules, `edits`
//! collects what changes, and `tally` with `telling` writes on an item what was found.

mod attributes;
mod edits;
mod engine;
mod guard;
mod items;
mod keys;
mod numbers;
mod own;
mod pairs;
mod places;
mod repeats;
mod report;
mod request;
mod scan;
mod step;
mod survey;
mod tally;
mod telling;
mod text;
mod unknown;
mod values;
mod walk;

pub use engine::{Engine, Summary};
pub use report::{Audited, Report, ValueKind, action_name, role_name, unscanned_name};
pub use request::Redacted;
pub use scan::UNSCANNED;
pub use text::{Spotted, TextOutcome};

/// Why a batch could not be redacted. It must not be passed on then.
#[derive(Debug)]
pub enum Failure {
    Otlp(crate::otlp::error::Error),
    /// A panic outside of a value.
    Defect,
}
