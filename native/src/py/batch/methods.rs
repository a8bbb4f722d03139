//! What Python sees of a batch, in one place because pyo3 wants all methods of a class in one
//! block. What takes more than a line is done in the files beside this one.

use std::sync::atomic::Ordering::Relaxed;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyType};

use super::edits::Target;
use super::requests::level_named;
use super::{PyBatch, attributes, content, making, parts, schema_urls, settling, wrap};
use crate::otlp::batch::Level;
use crate::py::column::PyColumn;
use crate::py::ledger::PyLedger;
use crate::py::lookup::{self, CodedTuples, Ints};
use crate::py::{arrays, messages};

type Array<'py> = PyResult<Bound<'py, PyAny>>;
type List<'py> = PyResult<Bound<'py, PyList>>;
type Given<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

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
    fn resource_index<'py>(&self, py: Python<'py>) -> Array<'py> {
        arrays::column(py, self, |index| &index.item_resource)
    }

    #[getter]
    fn scope_index<'py>(&self, py: Python<'py>) -> Array<'py> {
        arrays::column(py, self, |index| &index.item_scope)
    }

    #[getter]
    fn scope_resource_index<'py>(&self, py: Python<'py>) -> Array<'py> {
        arrays::all(py, self, |index| &index.scope_resource)
    }

    #[getter]
    fn scope_names<'py>(&self, py: Python<'py>) -> List<'py> {
        content::texts(py, self, &self.index()?.scope_names)
    }

    #[getter]
    fn scope_versions<'py>(&self, py: Python<'py>) -> List<'py> {
        content::texts(py, self, &self.index()?.scope_versions)
    }

    #[getter]
    fn resource_schema_urls<'py>(&self, py: Python<'py>) -> List<'py> {
        schema_urls::list(py, self, Level::Resource)
    }

    #[getter]
    fn scope_schema_urls<'py>(&self, py: Python<'py>) -> List<'py> {
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
        making::from_bytes(class, request)
    }

    #[classmethod]
    fn from_json(class: &Bound<'_, PyType>, request: &[u8]) -> PyResult<Py<PyAny>> {
        making::from_json(class, request)
    }

    #[classmethod]
    fn from_message(class: &Bound<'_, PyType>, request: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        making::from_message(class, request)
    }

    #[classmethod]
    fn concat(class: &Bound<'_, PyType>, batches: Vec<Bound<'_, PyBatch>>) -> PyResult<Py<PyAny>> {
        making::concat(class, &batches)
    }

    fn split<'py>(&mut self, py: Python<'py>, n_items_max: usize) -> List<'py> {
        parts::split(py, self, n_items_max)
    }

    fn part(&mut self, py: Python<'_>, mask: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        parts::part(py, self, mask)
    }

    fn fork(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        wrap(py, self.held()?.fork())
    }

    fn adopt(&mut self, other: &Bound<'_, PyBatch>) -> PyResult<()> {
        parts::adopt(self, other)
    }

    #[pyo3(signature = (max_bytes = None))]
    fn encode<'py>(&self, py: Python<'py>, max_bytes: Option<usize>) -> List<'py> {
        content::encode(py, self, max_bytes)
    }

    fn encode_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        content::encode_json(py, self)
    }

    fn to_message<'py>(&self, py: Python<'py>) -> Array<'py> {
        messages::parse(&messages::request_class(py, self.signal)?, &self.encoded(py)?)
    }

    #[pyo3(signature = (key, level = "item"))]
    fn attribute(&self, py: Python<'_>, key: &str, level: &str) -> PyResult<PyColumn> {
        attributes::column(py, self, key, level)
    }

    #[pyo3(signature = (level = "item"))]
    fn keys<'py>(&self, py: Python<'py>, level: &str) -> List<'py> {
        attributes::keys(py, self, level)
    }

    #[pyo3(signature = (level = "item"))]
    fn key_kinds<'py>(&self, py: Python<'py>, level: &str) -> PyResult<Bound<'py, PyDict>> {
        attributes::kinds(py, self, level)
    }

    #[pyo3(signature = (key, value, *, codes = None, r#where = None, level = "item"))]
    fn set_attribute(
        &mut self,
        py: Python<'_>,
        key: &str,
        value: &Bound<'_, PyAny>,
        codes: Given<'_, '_>,
        r#where: Given<'_, '_>,
        level: &str,
    ) -> PyResult<()> {
        Target::new(self, level, r#where, codes)?.set(py, self, key, value)
    }

    #[pyo3(signature = (values, *, codes = None, r#where = None, level = "item"))]
    fn set_attributes(
        &mut self,
        py: Python<'_>,
        values: &Bound<'_, PyDict>,
        codes: Given<'_, '_>,
        r#where: Given<'_, '_>,
        level: &str,
    ) -> PyResult<()> {
        Target::new(self, level, r#where, codes)?.set_several(py, self, values)
    }

    #[pyo3(signature = (keys, level = "item"))]
    fn codes<'py>(&self, py: Python<'py>, keys: Vec<String>, level: &str) -> CodedTuples<'py> {
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
    ) -> Ints<'py> {
        lookup::ints(py, &self.held()?.batch, self.level(level)?, &keys, default, bounds)
    }

    #[pyo3(signature = (key, *, r#where = None, level = "item"))]
    fn remove_attribute(&mut self, key: &str, r#where: Given<'_, '_>, level: &str) -> PyResult<()> {
        Target::new(self, level, r#where, None)?.remove(self, key)
    }

    #[pyo3(signature = (old, new, *, r#where = None, level = "item", overwrite = false))]
    fn rename_attribute(
        &mut self,
        old: &str,
        new: &str,
        r#where: Given<'_, '_>,
        level: &str,
        overwrite: bool,
    ) -> PyResult<()> {
        Target::new(self, level, r#where, None)?.rename(self, (old, new), overwrite)
    }

    #[pyo3(signature = (value, *, r#where = None, level = "scope"))]
    fn set_schema_url(&mut self, value: &str, r#where: Given<'_, '_>, level: &str) -> PyResult<()> {
        schema_urls::set(self, level_named(level)?, value, r#where)
    }

    #[pyo3(signature = (mask, reason = "filtered"))]
    fn keep(&mut self, mask: &Bound<'_, PyAny>, reason: &str) -> PyResult<()> {
        parts::keep(self, mask, reason)
    }

    fn replace_items(&mut self, py: Python<'_>, items: &Bound<'_, PyAny>) -> PyResult<()> {
        content::replace_items(py, self, items)
    }

    #[pyo3(signature = (request, reason = "filtered"))]
    fn replace_request(&mut self, py: Python<'_>, request: &[u8], reason: &str) -> PyResult<()> {
        content::replace_request(py, self, request, reason)
    }

    fn enter(&mut self, ledger: &PyLedger) -> PyResult<()> {
        self.held_mut()?.enter(ledger.ledger());
        Ok(())
    }

    #[getter]
    fn is_awaited(&self) -> PyResult<bool> {
        Ok(self.held()?.is_awaited())
    }

    fn acknowledge(&mut self, py: Python<'_>) -> PyResult<()> {
        settling::acknowledge(py, self)
    }

    fn ack(&mut self, py: Python<'_>) -> PyResult<()> {
        settling::ack(py, self)
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
        let failure = settling::failure(message, reason, retry_after_s, grpc_code);
        settling::nack(py, self, failure, retryable)
    }

    fn drop(&mut self, py: Python<'_>, reason: &str) -> PyResult<()> {
        settling::drop_all(py, self, reason)
    }

    #[pyo3(signature = (n_items, reason = "rejected"))]
    fn reject(&self, n_items: u64, reason: &str) -> PyResult<()> {
        self.held()?.reject(reason, n_items);
        Ok(())
    }
}
