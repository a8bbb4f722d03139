//! `Batch`: what all signals have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bytes::Bytes;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyType};

use super::arrays::{self, bools};
use super::column::PyColumn;
use super::errors::wrong;
use super::ledger::PyLedger;
use super::lookup;
use super::messages;
use super::objects;
use super::requests::{checked, count_items, level_named, signal_of};
use super::schema_urls;
use super::signals::{PyLogs, PyMetrics, PyTraces};
use super::target::Target;
use super::values::{self, Values};
use crate::ack::{AckShare, Failure, Hold, Outcome};
use crate::holder::Holder;
use crate::otlp::batch::{Core, Level};
use crate::otlp::index::Index;
use crate::otlp::json;
use crate::otlp::signal::Signal;
use crate::otlp::walk::Slice;

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
    pub fn level(&self, name: &str) -> PyResult<Level> {
        let level = level_named(name)?;
        if matches!(level, Level::Event | Level::Link) && self.signal != Signal::Traces {
            return Err(wrong(format!("{} have no level {name}", self.signal.name())));
        }
        Ok(level)
    }

    fn texts<'py>(&self, py: Python<'py>, slices: &[Slice]) -> PyResult<Bound<'py, PyList>> {
        let raw = &self.index()?.raw;
        let texts = slices.iter().map(|slice| objects::text(py, slice.bytes(raw)));
        PyList::new(py, texts.collect::<Vec<_>>())
    }

    /// The encoded request; the GIL is released.
    pub fn encoded(&self, py: Python<'_>) -> PyResult<Bytes> {
        let batch = &self.held()?.batch;
        Ok(py.detach(|| batch.encode())?)
    }
}

#[pymethods]
impl PyBatch {
    #[getter]
    fn signal(&self) -> &'static str {
        self.signal.name()
    }

    #[getter]
    fn size_bytes(&self) -> PyResult<usize> {
        Ok(self.held()?.batch.size_estimate()?)
    }

    #[getter]
    fn n_resources(&self) -> PyResult<usize> {
        Ok(self.index()?.resources.len())
    }

    #[getter]
    fn n_scopes(&self) -> PyResult<usize> {
        Ok(self.index()?.scopes.len())
    }

    #[getter]
    fn resource_index<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::column(py, self, |index| &index.item_resource)
    }

    #[getter]
    fn scope_index<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::column(py, self, |index| &index.item_scope)
    }

    #[getter]
    fn scope_resource_index<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        arrays::all(py, self, |index| &index.scope_resource)
    }

    #[getter]
    fn scope_names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.texts(py, &self.index()?.scope_names)
    }

    #[getter]
    fn scope_versions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        self.texts(py, &self.index()?.scope_versions)
    }

    #[getter]
    fn resource_schema_urls<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        schema_urls::list(py, self, Level::Resource)
    }

    #[getter]
    fn scope_schema_urls<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        schema_urls::list(py, self, Level::Scope)
    }

    #[getter]
    fn is_edited(&self) -> PyResult<bool> {
        Ok(self.held()?.batch.is_edited())
    }

    #[getter]
    fn open_views(&self) -> usize {
        self.open_views.load(Relaxed)
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(self.held()?.batch.len())
    }

    #[classmethod]
    fn from_bytes(class: &Bound<'_, PyType>, request: &[u8]) -> PyResult<Py<PyAny>> {
        let (py, signal) = (class.py(), signal_of(class)?);
        wrap(py, Holder::new(checked(py, signal, request.to_vec())?, None))
    }

    #[classmethod]
    fn from_json(class: &Bound<'_, PyType>, request: &[u8]) -> PyResult<Py<PyAny>> {
        let (py, signal) = (class.py(), signal_of(class)?);
        let request = request.to_vec();
        let raw = py.detach(|| json::decode(signal, &request))?;
        wrap(py, Holder::new(checked(py, signal, raw)?, None))
    }

    #[classmethod]
    fn from_message(class: &Bound<'_, PyType>, request: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let (py, signal) = (class.py(), signal_of(class)?);
        if !request.is_instance(&messages::request_class(py, signal)?)? {
            return Err(wrong(format!("from_message wants the request of {}", signal.name())));
        }
        let raw = messages::serialized(request)?;
        wrap(py, Holder::new(checked(py, signal, raw)?, None))
    }

    #[classmethod]
    fn concat(class: &Bound<'_, PyType>, batches: Vec<Bound<'_, PyBatch>>) -> PyResult<Py<PyAny>> {
        let py = class.py();
        signal_of(class)?;
        if batches.iter().any(|batch| !batch.get_type().is(class)) {
            return Err(wrong("batches of different signals cannot become one"));
        }
        let holders = take_all(&batches)?;
        let joined = match join(py, &holders) {
            Ok(raw) => Holder::concat(holders, raw),
            Err(error) => {
                give_back(&batches, holders)?;
                return Err(error);
            }
        };
        wrap(py, joined.ok_or_else(|| wrong("there is no batch to make one of"))?)
    }

    fn split<'py>(&mut self, py: Python<'py>, n_items_max: usize) -> PyResult<Bound<'py, PyList>> {
        if n_items_max == 0 {
            return Err(wrong("n_items_max must be at least 1"));
        }
        let pieces = self.take()?.split(n_items_max);
        let pieces = pieces.into_iter().map(|piece| wrap(py, piece));
        PyList::new(py, pieces.collect::<PyResult<Vec<_>>>()?)
    }

    fn part(&mut self, py: Python<'_>, mask: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let holder = self.held_mut()?;
        let mask = bools(mask, holder.batch.len(), "mask")?;
        wrap(py, holder.part(&mask))
    }

    fn fork(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        wrap(py, self.held()?.fork())
    }

    fn adopt(&mut self, other: &Bound<'_, PyBatch>) -> PyResult<()> {
        let Ok(mut other) = other.try_borrow_mut() else {
            return Err(wrong("a batch cannot adopt itself"));
        };
        self.held()?;
        let other = other.take()?;
        self.held_mut()?.adopt(other);
        Ok(())
    }

    #[pyo3(signature = (max_bytes = None))]
    fn encode<'py>(
        &self,
        py: Python<'py>,
        max_bytes: Option<usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        let batch = &self.held()?.batch;
        let requests = py.detach(|| match max_bytes {
            Some(bytes_max) => batch.encode_within(bytes_max),
            None => Ok(vec![batch.encode()?]),
        })?;
        PyList::new(py, requests.iter().map(|request| PyBytes::new(py, request)))
    }

    fn encode_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let batch = &self.held()?.batch;
        let line = py.detach(|| json::encode(self.signal, &batch.encode()?))?;
        Ok(PyBytes::new(py, &line))
    }

    fn to_message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        messages::parse(&messages::request_class(py, self.signal)?, &self.encoded(py)?)
    }

    #[pyo3(signature = (key, level = "item"))]
    fn attribute(&self, py: Python<'_>, key: &str, level: &str) -> PyResult<PyColumn> {
        let (level, batch) = (self.level(level)?, &self.held()?.batch);
        let cells = py.detach(|| batch.attribute(level, key.as_bytes()))?;
        Ok(PyColumn::new(batch, cells))
    }

    #[pyo3(signature = (level = "item"))]
    fn keys<'py>(&self, py: Python<'py>, level: &str) -> PyResult<Bound<'py, PyList>> {
        let (level, batch) = (self.level(level)?, &self.held()?.batch);
        let keys = py.detach(|| batch.keys(level))?;
        PyList::new(py, keys.iter().map(|key| objects::text(py, key)))
    }

    #[pyo3(signature = (level = "item"))]
    fn key_kinds<'py>(&self, py: Python<'py>, level: &str) -> PyResult<Bound<'py, PyDict>> {
        let (level, batch) = (self.level(level)?, &self.held()?.batch);
        let kinds = py.detach(|| batch.key_kinds(level))?;
        let found = PyDict::new(py);
        for (key, bits) in kinds {
            found.set_item(objects::text(py, &key), bits)?;
        }
        Ok(found)
    }

    #[pyo3(signature = (key, value, *, codes = None, r#where = None, level = "item"))]
    fn set_attribute(
        &mut self,
        py: Python<'_>,
        key: &str,
        value: &Bound<'_, PyAny>,
        codes: Option<&Bound<'_, PyAny>>,
        r#where: Option<&Bound<'_, PyAny>>,
        level: &str,
    ) -> PyResult<()> {
        let target = Target::new(self, level, r#where, codes)?;
        let batch = &mut self.held_mut()?.batch;
        let values = match &target.codes {
            Some(codes) => Values::coded(batch, value, codes)?,
            None => Values::new(batch, value, target.n_owners)?,
        };
        let (level, keys, mask) = (target.level, [key.as_bytes()], target.mask());
        Ok(py.detach(|| batch.set_attributes(level, &keys, mask, |_, i| values.get(i)))?)
    }

    #[pyo3(signature = (values, *, codes = None, r#where = None, level = "item"))]
    fn set_attributes(
        &mut self,
        py: Python<'_>,
        values: &Bound<'_, PyDict>,
        codes: Option<&Bound<'_, PyAny>>,
        r#where: Option<&Bound<'_, PyAny>>,
        level: &str,
    ) -> PyResult<()> {
        let target = Target::new(self, level, r#where, codes)?;
        let (batch, codes) = (&mut self.held_mut()?.batch, target.codes.as_ref());
        let (keys, values) = values::of_mapping(batch, values, codes, target.n_owners)?;
        let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
        let (level, mask) = (target.level, target.mask());
        let value = |k: usize, i| values.get(k)?.get(i);
        Ok(py.detach(|| batch.set_attributes(level, &keys, mask, value))?)
    }

    #[pyo3(signature = (keys, level = "item"))]
    fn codes<'py>(
        &self,
        py: Python<'py>,
        keys: Vec<String>,
        level: &str,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyList>)> {
        lookup::codes(py, &self.held()?.batch, self.level(level)?, &keys)
    }

    #[pyo3(signature = (keys, default = 0, *, bounds = None, level = "item"))]
    fn ints<'py>(
        &self,
        py: Python<'py>,
        keys: Vec<String>,
        default: i64,
        bounds: Option<(i64, i64)>,
        level: &str,
    ) -> PyResult<(Bound<'py, PyAny>, Option<Bound<'py, PyAny>>)> {
        lookup::ints(py, &self.held()?.batch, self.level(level)?, &keys, default, bounds)
    }

    #[pyo3(signature = (key, *, r#where = None, level = "item"))]
    fn remove_attribute(
        &mut self,
        key: &str,
        r#where: Option<&Bound<'_, PyAny>>,
        level: &str,
    ) -> PyResult<()> {
        let target = Target::new(self, level, r#where, None)?;
        let batch = &mut self.held_mut()?.batch;
        Ok(batch.remove_attribute(target.level, key.as_bytes(), target.mask())?)
    }

    #[pyo3(signature = (old, new, *, r#where = None, level = "item", overwrite = false))]
    fn rename_attribute(
        &mut self,
        old: &str,
        new: &str,
        r#where: Option<&Bound<'_, PyAny>>,
        level: &str,
        overwrite: bool,
    ) -> PyResult<()> {
        let target = Target::new(self, level, r#where, None)?;
        let (batch, names) = (&mut self.held_mut()?.batch, (old.as_bytes(), new.as_bytes()));
        Ok(batch.rename_attribute(target.level, names, target.mask(), overwrite)?)
    }

    #[pyo3(signature = (value, *, r#where = None, level = "scope"))]
    fn set_schema_url(
        &mut self,
        value: &str,
        r#where: Option<&Bound<'_, PyAny>>,
        level: &str,
    ) -> PyResult<()> {
        schema_urls::set(self, level_named(level)?, value, r#where)
    }

    #[pyo3(signature = (mask, reason = "filtered"))]
    fn keep(&mut self, mask: &Bound<'_, PyAny>, reason: &str) -> PyResult<()> {
        let holder = self.held_mut()?;
        let mask = bools(mask, holder.batch.len(), "mask")?;
        holder.keep(&mask, reason);
        Ok(())
    }

    fn replace_items(&mut self, py: Python<'_>, items: &Bound<'_, PyAny>) -> PyResult<()> {
        let payloads = messages::payloads(items)?;
        let (signal, batch) = (self.signal, &self.held()?.batch);
        arrays::expect_length("items", payloads.len(), batch.len())?;
        let (raw, n_items) = py.detach(|| {
            let raw = batch.encode_replaced(&payloads)?;
            count_items(signal, raw)
        })?;
        if n_items != payloads.len() {
            return Err(wrong("the replaced items are no items of this signal"));
        }
        self.held_mut()?.replace(raw, n_items);
        Ok(())
    }

    #[pyo3(signature = (request, reason = "filtered"))]
    fn replace_request(&mut self, py: Python<'_>, request: &[u8], reason: &str) -> PyResult<()> {
        let signal = self.signal;
        let (raw, n_items) = py.detach(|| count_items(signal, request.to_vec()))?;
        let holder = self.held_mut()?;
        if n_items > holder.batch.len() {
            return Err(wrong("the request has more items than the batch"));
        }
        holder.replace_fewer(raw, n_items, reason);
        Ok(())
    }

    fn enter(&mut self, ledger: &PyLedger) -> PyResult<()> {
        self.held_mut()?.enter(ledger.ledger());
        Ok(())
    }

    fn acknowledge(&mut self, py: Python<'_>) -> PyResult<()> {
        let holder = self.held_mut()?;
        py.detach(|| holder.acknowledge());
        Ok(())
    }

    fn ack(&mut self, py: Python<'_>) -> PyResult<()> {
        let holder = self.take()?;
        py.detach(|| holder.settle(&Outcome::Delivered));
        Ok(())
    }

    #[pyo3(signature = (
        message, *, retryable, reason = "failed", retry_after_s = None, grpc_code = None
    ))]
    fn nack(
        &mut self,
        py: Python<'_>,
        message: &Bound<'_, PyString>,
        retryable: bool,
        reason: &str,
        retry_after_s: Option<f64>,
        grpc_code: Option<u32>,
    ) -> PyResult<()> {
        let failure = Failure {
            message: message.to_string_lossy().into_owned(),
            reason: reason.to_owned(),
            grpc_code,
            retry_after_ms: retry_after_s.map(|seconds| (seconds.max(0.0) * 1e3) as u64),
        };
        let outcome =
            if retryable { Outcome::Retryable(failure) } else { Outcome::Permanent(failure) };
        let holder = self.take()?;
        py.detach(|| holder.settle(&outcome));
        Ok(())
    }

    fn drop(&mut self, py: Python<'_>, reason: &str) -> PyResult<()> {
        let holder = self.take()?;
        py.detach(|| holder.drop_all(reason));
        Ok(())
    }

    #[pyo3(signature = (n_items, reason = "rejected"))]
    fn reject(&self, n_items: u64, reason: &str) -> PyResult<()> {
        self.held()?.reject(reason, n_items);
        Ok(())
    }
}
