//! What a batch is made of: a class, a checked request, a level.

use bytes::Bytes;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::otlp::batch::{Core, Level};
use crate::otlp::signal::Signal;
use crate::otlp::validate;
use crate::py::errors::wrong;
use crate::py::signals::{PyLogs, PyMetrics, PyTraces};

pub fn signal_of(class: &Bound<'_, PyType>) -> PyResult<Signal> {
    let py = class.py();
    if class.is(py.get_type::<PyTraces>()) {
        Ok(Signal::Traces)
    } else if class.is(py.get_type::<PyLogs>()) {
        Ok(Signal::Logs)
    } else if class.is(py.get_type::<PyMetrics>()) {
        Ok(Signal::Metrics)
    } else {
        Err(PyTypeError::new_err("make a Traces, Logs or Metrics, not a Batch"))
    }
}

/// A checked request, not tied to any sender.
pub fn checked(py: Python<'_>, signal: Signal, raw: Vec<u8>) -> PyResult<Core> {
    let (raw, n_items) = py.detach(|| count_items(signal, raw))?;
    Ok(Core::new(signal, raw, n_items, Vec::new()))
}

/// Validates, and counts what the index will find.
pub fn count_items(signal: Signal, raw: Vec<u8>) -> PyResult<(Bytes, usize)> {
    let mut summary = validate::validate(signal, &raw)?;
    if summary.repeats_singular {
        let merged = validate::normalise(signal, &raw)?;
        summary = validate::validate(signal, &merged)?;
    }
    Ok((Bytes::from(raw), summary.n_items as usize))
}

pub fn level_named(name: &str) -> PyResult<Level> {
    Level::from_name(name)
        .ok_or_else(|| wrong("level must be item, resource, scope, event or link"))
}
