//! What becomes of a batch, for its sender and in the books. The GIL is released while the sender
//! hears.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::PyBatch;
use crate::ack::{Failure, Outcome};

/// Answers the sender; the books wait for what comes.
pub fn acknowledge(py: Python<'_>, batch: &mut PyBatch) -> PyResult<()> {
    let holder = batch.held_mut()?;
    py.detach(|| holder.acknowledge());
    Ok(())
}

pub fn ack(py: Python<'_>, batch: &mut PyBatch) -> PyResult<()> {
    settle(py, batch, &Outcome::Delivered)
}

pub fn failure(
    message: &Bound<'_, PyString>,
    reason: &str,
    retry_after_s: Option<f64>,
    grpc_code: Option<u32>,
) -> Failure {
    Failure {
        message: message.to_string_lossy().into_owned(),
        reason: reason.to_owned(),
        grpc_code,
        retry_after_ms: retry_after_s.map(|seconds| (seconds.max(0.0) * 1e3) as u64),
    }
}

pub fn nack(
    py: Python<'_>,
    batch: &mut PyBatch,
    failure: Failure,
    retryable: bool,
) -> PyResult<()> {
    let outcome = if retryable { Outcome::Retryable(failure) } else { Outcome::Permanent(failure) };
    settle(py, batch, &outcome)
}

fn settle(py: Python<'_>, batch: &mut PyBatch, outcome: &Outcome) -> PyResult<()> {
    let holder = batch.take()?;
    py.detach(|| holder.settle(outcome));
    Ok(())
}

/// Dropped on purpose, which is no failure to the sender.
pub fn drop_all(py: Python<'_>, batch: &mut PyBatch, reason: &str) -> PyResult<()> {
    let holder = batch.take()?;
    py.detach(|| holder.drop_all(reason));
    Ok(())
}
