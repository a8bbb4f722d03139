//! `Metrics`: data points, and the metrics they belong to.

use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList};

use super::fields::set_texts;
use crate::otlp::columns::{Columns, PointColumns};
use crate::otlp::fields;
use crate::otlp::index::{Index, Metric};
use crate::otlp::walk::Slice;
use crate::py::arrays::{self, owned};
use crate::py::batch::PyBatch;
use crate::py::messages;
use crate::py::objects;

const NAME: u32 = 1;

#[pyclass(extends = PyBatch, name = "Metrics", module = "spanloom_native")]
pub struct PyMetrics;

type Array<'py> = PyResult<Bound<'py, PyAny>>;

fn select<'a, T>(index: &'a Index, get: impl Fn(&'a PointColumns) -> &'a [T]) -> &'a [T] {
    match &index.columns {
        Columns::Metrics(columns) => get(columns),
        _ => &[],
    }
}

fn map<T>(batch: &PyBatch, get: impl Fn(&Metric) -> T) -> PyResult<Vec<T>> {
    Ok(batch.index()?.metrics.iter().map(get).collect())
}

fn texts<'py>(
    py: Python<'py>,
    batch: &PyBatch,
    number: u32,
    get: impl Fn(&Metric) -> Slice,
) -> PyResult<Bound<'py, PyList>> {
    let (index, batch) = (batch.index()?, &batch.held()?.batch);
    let buffers = batch.buffers()?;
    let texts = index.metrics.iter().enumerate().map(|(m, metric)| match batch.field(number, m) {
        Some(encoded) => objects::text(py, fields::text(batch.overlay(), encoded).bytes(&buffers)),
        None => objects::text(py, get(metric).bytes(&index.raw)),
    });
    PyList::new(py, texts.collect::<Vec<_>>())
}

#[pymethods]
impl PyMetrics {
    #[getter]
    fn n_metrics(slf: PyRef<'_, Self>) -> PyResult<usize> {
        Ok(slf.as_super().index()?.metrics.len())
    }

    #[getter]
    fn metric_index<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| &index.item_metric)
    }

    #[getter]
    fn metric_scope_index<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        owned(py, map(slf.as_super(), |metric| metric.scope)?)
    }

    #[getter]
    fn metric_names<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        texts(py, slf.as_super(), NAME, |metric| metric.name)
    }

    #[getter]
    fn metric_units<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        texts(py, slf.as_super(), 0, |metric| metric.unit)
    }

    #[getter]
    fn metric_kinds<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        owned(py, map(slf.as_super(), |metric| metric.kind as u8)?)
    }

    #[getter]
    fn start_time_unix_nano<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.start_time))
    }

    #[getter]
    fn time_unix_nano<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.time))
    }

    #[getter]
    fn value<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.value))
    }

    #[pyo3(signature = (value, *, r#where = None))]
    fn set_metric_name(
        mut slf: PyRefMut<'_, Self>,
        value: &Bound<'_, PyAny>,
        r#where: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let n_metrics = slf.as_super().index()?.metrics.len();
        let batch = &mut slf.as_super().held_mut()?.batch;
        set_texts(batch, NAME, (&None, n_metrics), value, r#where)
    }

    fn metrics<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let batch = slf.as_super();
        let class = messages::request_class(py, batch.signal)?;
        messages::innermost(&messages::parse(&class, &batch.encoded(py)?)?, batch.signal)
    }
}
