//! `schema_url` of resources and scopes.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::PyBatch;
use crate::otlp::batch::Level;
use crate::py::arrays::Where;
use crate::py::errors::wrong;
use crate::py::objects;

/// The URL of every resource or scope; empty where there is none.
pub fn list<'py>(py: Python<'py>, batch: &PyBatch, level: Level) -> PyResult<Bound<'py, PyList>> {
    let urls = batch.held()?.batch.schema_urls(level)?;
    PyList::new(py, urls.iter().map(|url| objects::text(py, url)))
}

/// Writes the URL of the masked resources or scopes.
pub fn set(
    batch: &mut PyBatch,
    level: Level,
    url: &str,
    mask: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    if !matches!(level, Level::Resource | Level::Scope) {
        return Err(wrong("only resources and scopes have a schema_url"));
    }
    let batch = &mut batch.held_mut()?.batch;
    let n_owners = batch.n_owners(level)?;
    let mask = Where::new(mask, n_owners)?;
    let meant: Vec<bool> = (0..n_owners).map(|i| mask.is_on(i)).collect();
    Ok(batch.set_schema_url(level, url.as_bytes(), &meant)?)
}
