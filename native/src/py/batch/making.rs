//! Batches made of requests, and of other batches.

use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::requests::{checked, signal_of};
use super::{PyBatch, wrap};
use crate::holder::Holder;
use crate::otlp::json;
use crate::py::errors::wrong;
use crate::py::messages;

pub fn from_bytes(class: &Bound<'_, PyType>, request: &[u8]) -> PyResult<Py<PyAny>> {
    let (py, signal) = (class.py(), signal_of(class)?);
    wrap(py, Holder::new(checked(py, signal, request.to_vec())?, None))
}

pub fn from_json(class: &Bound<'_, PyType>, request: &[u8]) -> PyResult<Py<PyAny>> {
    let (py, signal) = (class.py(), signal_of(class)?);
    let request = request.to_vec();
    let raw = py.detach(|| json::decode(signal, &request))?;
    wrap(py, Holder::new(checked(py, signal, raw)?, None))
}

pub fn from_message(class: &Bound<'_, PyType>, request: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let (py, signal) = (class.py(), signal_of(class)?);
    if !request.is_instance(&messages::request_class(py, signal)?)? {
        return Err(wrong(format!("from_message wants the request of {}", signal.name())));
    }
    let raw = messages::serialized(request)?;
    wrap(py, Holder::new(checked(py, signal, raw)?, None))
}

pub fn concat(class: &Bound<'_, PyType>, batches: &[Bound<'_, PyBatch>]) -> PyResult<Py<PyAny>> {
    let py = class.py();
    signal_of(class)?;
    if batches.iter().any(|batch| !batch.get_type().is(class)) {
        return Err(wrong("batches of different signals cannot become one"));
    }
    let holders = take_all(batches)?;
    let joined = match join(py, &holders) {
        Ok(raw) => Holder::concat(holders, raw),
        Err(error) => {
            give_back(batches, holders)?;
            return Err(error);
        }
    };
    wrap(py, joined.ok_or_else(|| wrong("there is no batch to make one of"))?)
}

/// Empties the batches; none is touched if one of them cannot be taken.
fn take_all(batches: &[Bound<'_, PyBatch>]) -> PyResult<Vec<Holder>> {
    let mut taken: Vec<PyRefMut<'_, PyBatch>> = Vec::with_capacity(batches.len());
    for batch in batches {
        let batch =
            batch.try_borrow_mut().map_err(|_| wrong("a batch is given twice, or in use"))?;
        batch.held()?;
        taken.push(batch);
    }
    taken.iter_mut().map(|batch| batch.take()).collect()
}

fn give_back(batches: &[Bound<'_, PyBatch>], holders: Vec<Holder>) -> PyResult<()> {
    for (batch, holder) in batches.iter().zip(holders) {
        batch.try_borrow_mut()?.holder = Some(holder);
    }
    Ok(())
}

/// One request of all items, if they may become one.
fn join(py: Python<'_>, holders: &[Holder]) -> PyResult<Bytes> {
    if !Holder::are_joinable(holders) {
        return Err(wrong("batches of different ledgers cannot become one"));
    }
    Ok(py.detach(|| Holder::joined(holders))?)
}
