//! Attributes of a batch, read by key; several at once are `lookup`'s.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::PyBatch;
use crate::py::column::PyColumn;
use crate::py::objects;

pub fn column(py: Python<'_>, batch: &PyBatch, key: &str, level: &str) -> PyResult<PyColumn> {
    let (level, batch) = (batch.level(level)?, &batch.held()?.batch);
    let cells = py.detach(|| batch.attribute(level, key.as_bytes()))?;
    Ok(PyColumn::new(batch, cells))
}

pub fn keys<'py>(py: Python<'py>, batch: &PyBatch, level: &str) -> PyResult<Bound<'py, PyList>> {
    let (level, batch) = (batch.level(level)?, &batch.held()?.batch);
    let keys = py.detach(|| batch.keys(level))?;
    PyList::new(py, keys.iter().map(|key| objects::text(py, key)))
}

/// The kinds of values under each key, as bits.
pub fn kinds<'py>(py: Python<'py>, batch: &PyBatch, level: &str) -> PyResult<Bound<'py, PyDict>> {
    let (level, batch) = (batch.level(level)?, &batch.held()?.batch);
    let kinds = py.detach(|| batch.key_kinds(level))?;
    let found = PyDict::new(py);
    for (key, bits) in kinds {
        found.set_item(objects::text(py, &key), bits)?;
    }
    Ok(found)
}
