//! A batch as a request: encoded, and replaced by another.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use super::PyBatch;
use super::requests::count_items;
use crate::otlp::json;
use crate::otlp::walk::Slice;
use crate::py::arrays::expect_length;
use crate::py::errors::wrong;
use crate::py::{messages, objects};

/// Texts of the request, such as names of scopes.
pub fn texts<'py>(
    py: Python<'py>,
    batch: &PyBatch,
    slices: &[Slice],
) -> PyResult<Bound<'py, PyList>> {
    let raw = &batch.index()?.raw;
    let texts = slices.iter().map(|slice| objects::text(py, slice.bytes(raw)));
    PyList::new(py, texts.collect::<Vec<_>>())
}

/// One request, or several of at most so many bytes.
pub fn encode<'py>(
    py: Python<'py>,
    batch: &PyBatch,
    max_bytes: Option<usize>,
) -> PyResult<Bound<'py, PyList>> {
    let batch = &batch.held()?.batch;
    let requests = py.detach(|| match max_bytes {
        Some(bytes_max) => batch.encode_within(bytes_max),
        None => Ok(vec![batch.encode()?]),
    })?;
    PyList::new(py, requests.iter().map(|request| PyBytes::new(py, request)))
}

pub fn encode_json<'py>(py: Python<'py>, batch: &PyBatch) -> PyResult<Bound<'py, PyBytes>> {
    let (signal, batch) = (batch.signal, &batch.held()?.batch);
    let line = py.detach(|| json::encode(signal, &batch.encode()?))?;
    Ok(PyBytes::new(py, &line))
}

pub fn replace_items(
    py: Python<'_>,
    batch: &mut PyBatch,
    items: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let payloads = messages::payloads(items)?;
    let (signal, held) = (batch.signal, &batch.held()?.batch);
    expect_length("items", payloads.len(), held.len())?;
    let (raw, n_items) = py.detach(|| {
        let raw = held.encode_replaced(&payloads)?;
        count_items(signal, raw)
    })?;
    if n_items != payloads.len() {
        return Err(wrong("the replaced items are no items of this signal"));
    }
    batch.held_mut()?.replace(raw, n_items);
    Ok(())
}

/// The items that `request` lacks count as dropped for `reason`.
pub fn replace_request(
    py: Python<'_>,
    batch: &mut PyBatch,
    request: &[u8],
    reason: &str,
) -> PyResult<()> {
    let signal = batch.signal;
    let (raw, n_items) = py.detach(|| count_items(signal, request.to_vec()))?;
    let holder = batch.held_mut()?;
    if n_items > holder.batch.len() {
        return Err(wrong("the request has more items than the batch"));
    }
    holder.replace_fewer(raw, n_items, reason);
    Ok(())
}
