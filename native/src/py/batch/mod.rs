//! `Batch`: what all signals have in common.

mod attributes;
mod content;
mod edits;
mod making;
mod methods;
mod parts;
mod requests;
mod schema_urls;
mod settling;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bytes::Bytes;
use pyo3::prelude::*;

use super::errors::wrong;
use super::signals::{PyLogs, PyMetrics, PyTraces};
use crate::ack::{AckShare, Hold};
use crate::holder::Holder;
use crate::otlp::batch::{Core, Level};
use crate::otlp::index::Index;
use crate::otlp::signal::Signal;

#[pyclass(subclass, name = "Batch", module = "spanloom_native")]
pub struct PyBatch {
    pub signal: Signal,
    /// None once settled or emptied.
    holder: Option<Holder>,
    pub open_views: Arc<AtomicUsize>,
}

/// A Python batch of items that a sender waits for. `n_items` as `validate` counts them.
pub fn new_batch(
    py: Python<'_>,
    signal: Signal,
    raw: Bytes,
    n_items: u64,
    ack: AckShare,
    holds: Vec<Hold>,
) -> PyResult<Py<PyAny>> {
    let core = Core::new(signal, raw, n_items as usize, holds);
    wrap(py, Holder::new(core, Some(ack)))
}

/// The class of the signal, holding this.
fn wrap(py: Python<'_>, holder: Holder) -> PyResult<Py<PyAny>> {
    let signal = holder.batch.core.signal;
    let batch = PyBatch { signal, holder: Some(holder), open_views: Arc::default() };
    let base = PyClassInitializer::from(batch);
    Ok(match signal {
        Signal::Traces => Bound::new(py, base.add_subclass(PyTraces))?.into_any(),
        Signal::Logs => Bound::new(py, base.add_subclass(PyLogs))?.into_any(),
        Signal::Metrics => Bound::new(py, base.add_subclass(PyMetrics))?.into_any(),
    }
    .unbind())
}

impl PyBatch {
    pub fn held(&self) -> PyResult<&Holder> {
        self.holder.as_ref().ok_or_else(|| wrong("the batch is settled or was taken over"))
    }

    pub fn held_mut(&mut self) -> PyResult<&mut Holder> {
        self.holder.as_mut().ok_or_else(|| wrong("the batch is settled or was taken over"))
    }

    fn take(&mut self) -> PyResult<Holder> {
        self.holder.take().ok_or_else(|| wrong("the batch is settled or was taken over"))
    }

    pub fn index(&self) -> PyResult<&Index> {
        Ok(self.held()?.batch.core.index()?)
    }

    /// `level` by name, if this signal has it.
    fn level(&self, name: &str) -> PyResult<Level> {
        let level = requests::level_named(name)?;
        if matches!(level, Level::Event | Level::Link) && self.signal != Signal::Traces {
            return Err(wrong(format!("{} have no level {name}", self.signal.name())));
        }
        Ok(level)
    }

    /// The encoded request; the GIL is released.
    pub fn encoded(&self, py: Python<'_>) -> PyResult<Bytes> {
        let batch = &self.held()?.batch;
        Ok(py.detach(|| batch.encode())?)
    }
}
