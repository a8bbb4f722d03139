//! `Logs`: log records.

use pyo3::prelude::*;
use pyo3::types::PyIterator;

use super::fields::{column, masked_edits, text_column};
use crate::otlp::batch::positions;
use crate::otlp::columns::{Columns, LogColumns};
use crate::otlp::fields;
use crate::otlp::index::Index;
use crate::otlp::value::{self, Cell};
use crate::otlp::wire::{self, WireType};
use crate::py::arrays;
use crate::py::batch::PyBatch;
use crate::py::column::PyColumn;
use crate::py::messages;
use crate::py::values::Values;

const SEVERITY_TEXT: u32 = 3;
const BODY: u32 = 5;
const EVENT_NAME: u32 = 12;

#[pyclass(extends = PyBatch, name = "Logs", module = "spanloom_native")]
pub struct PyLogs;

type Array<'py> = PyResult<Bound<'py, PyAny>>;

fn select<'a, T>(index: &'a Index, get: impl Fn(&'a LogColumns) -> &'a [T]) -> &'a [T] {
    match &index.columns {
        Columns::Logs(columns) => get(columns),
        _ => &[],
    }
}

/// The body of each kept record, edits included.
fn bodies(batch: &PyBatch) -> PyResult<Vec<Cell>> {
    let (index, batch) = (batch.index()?, &batch.held()?.batch);
    let slices = select(index, |columns| &columns.body);
    positions(&batch.kept, slices.len())
        .map(|i| match (batch.field(BODY, i), slices.get(i)) {
            (Some(encoded), _) => Ok(fields::any(batch.overlay(), encoded)),
            // No body stands at the very start of a request: that is "none".
            (None, Some(slice)) if slice.offset > 0 => {
                let start = slice.offset as usize;
                Ok(value::parse(&index.raw, start, start + slice.len as usize, false)?)
            }
            _ => Ok(Cell::default()),
        })
        .collect()
}

#[pymethods]
impl PyLogs {
    #[getter]
    fn time_unix_nano<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.time))
    }

    #[getter]
    fn observed_time_unix_nano<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.observed_time))
    }

    #[getter]
    fn severity_number<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.severity_number))
    }

    #[getter]
    fn trace_id<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::ids(py, slf.as_super(), |index| select(index, |c| &c.trace_id))
    }

    #[getter]
    fn span_id<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::ids(py, slf.as_super(), |index| select(index, |c| &c.span_id))
    }

    #[getter]
    fn flags<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.flags))
    }

    #[getter]
    fn severity_text(slf: PyRef<'_, Self>) -> PyResult<PyColumn> {
        let batch = slf.as_super();
        text_column(batch, SEVERITY_TEXT, select(batch.index()?, |c| &c.severity_text))
    }

    #[getter]
    fn event_name(slf: PyRef<'_, Self>) -> PyResult<PyColumn> {
        let batch = slf.as_super();
        text_column(batch, EVENT_NAME, select(batch.index()?, |c| &c.event_name))
    }

    #[getter]
    fn body(slf: PyRef<'_, Self>) -> PyResult<PyColumn> {
        column(slf.as_super(), bodies(slf.as_super())?)
    }

    #[pyo3(signature = (value, *, r#where = None))]
    fn set_body(
        mut slf: PyRefMut<'_, Self>,
        value: &Bound<'_, PyAny>,
        r#where: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let batch = &mut slf.as_super().held_mut()?.batch;
        let values = Values::new(batch, value, batch.len())?;
        let edits = masked_edits(batch, r#where, |batch, i| {
            let Some(cell) = values.get(i) else { return Ok(None) };
            let mut any = Vec::with_capacity(value::size(&cell));
            value::put(&mut any, &cell, &batch.buffers()?);
            let slice = batch.push(|out| {
                wire::put_tag(out, BODY, WireType::Len);
                wire::put_varint(out, any.len() as u64);
                out.extend_from_slice(&any);
            })?;
            Ok(Some(slice))
        })?;
        batch.set_field(BODY, batch.core.n_items, &edits);
        Ok(())
    }

    fn records<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let batch = slf.as_super();
        let class = messages::request_class(py, batch.signal)?;
        messages::innermost(&messages::parse(&class, &batch.encoded(py)?)?, batch.signal)
    }
}
