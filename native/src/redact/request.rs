//! One request as a whole: walked, and written anew if anything changed.

use std::mem;

use super::Failure;
use super::engine::Engine;
use super::guard::guarded;
use super::report::Report;
use super::step::Stop;
use super::walk::Walk;
use crate::otlp::error::Error;
use crate::otlp::normalise::normalise;
use crate::otlp::schema;
use crate::otlp::signal::Signal;

/// What redaction makes of a request.
#[derive(Debug)]
pub struct Redacted {
    /// None if it stays as it is.
    pub request: Option<Vec<u8>>,
    pub n_kept: usize,
    pub n_dropped: usize,
    pub report: Report,
}

impl Engine {
    /// Scans every text of a valid request. With `audit` each finding is told one by one.
    ///
    /// # Errors
    /// The request is not valid, or a defect; then it must not be passed on.
    pub fn redact(&self, signal: Signal, request: &[u8], audit: bool) -> Result<Redacted, Failure> {
        guarded(|| {
            match walked(self, signal, request, audit) {
                // What a parser would not see is not scanned but left out.
                Err(Stop::Repeated) => {
                    let merged = normalise(signal, request)?;
                    let redacted = walked(self, signal, &merged, audit)?;
                    Ok(Redacted { request: redacted.request.or(Some(merged)), ..redacted })
                }
                result => Ok(result?),
            }
        })
        .unwrap_or(Err(Failure::Defect))
    }
}

fn walked(engine: &Engine, signal: Signal, request: &[u8], audit: bool) -> Result<Redacted, Stop> {
    let mut walk = Walk::new(engine, signal, request, audit);
    walk.survey(signal);
    finished(walk, signal)
}

fn finished(mut walk: Walk<'_>, signal: Signal) -> Result<Redacted, Stop> {
    walk.request(schema::request(signal))?;
    if walk.report.audit.is_none() {
        walk.engine.give_back(mem::take(&mut walk.memory));
    }
    let changed = !walk.edits.is_empty();
    Ok(Redacted {
        request: changed.then(|| walk.edits.join(walk.bytes)),
        n_kept: walk.n_kept,
        n_dropped: walk.n_dropped,
        report: walk.report,
    })
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Otlp(error)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Otlp(error) => Self::Otlp(error),
            Stop::Repeated => Self::Defect,
        }
    }
}

#[cfg(test)]
mod tests;
