//! `Traces`: spans, their events and links.

use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyString};

use super::fields::{column, masked_edits, set_texts, text_column};
use crate::otlp::batch::positions;
use crate::otlp::children::Children;
use crate::otlp::columns::{self, Columns, SpanColumns};
use crate::otlp::fields;
use crate::otlp::index::Index;
use crate::otlp::value::{ABSENT, Cell, STRING};
use crate::otlp::walk::Slice;
use crate::py::any_value::utf8;
use crate::py::arrays::{self, bools, owned};
use crate::py::batch::PyBatch;
use crate::py::column::PyColumn;
use crate::py::errors::wrong;
use crate::py::lookup;
use crate::py::messages;

const NAME: u32 = 5;
const TRACE_STATE: u32 = 3;
const STATUS: u32 = 15;

#[pyclass(extends = PyBatch, name = "Traces", module = "spanloom_native")]
pub struct PyTraces;

type Array<'py> = PyResult<Bound<'py, PyAny>>;

fn select<'a, T>(index: &'a Index, get: impl Fn(&'a SpanColumns) -> &'a [T]) -> &'a [T] {
    match &index.columns {
        Columns::Traces(columns) => get(columns),
        _ => &[],
    }
}

/// Code and message of each kept span, edits included.
fn statuses(batch: &PyBatch) -> PyResult<Vec<(u8, Cell)>> {
    let (index, batch) = (batch.index()?, &batch.held()?.batch);
    let codes = select(index, |columns| &columns.status_code);
    let messages = select(index, |columns| &columns.status_message);
    positions(&batch.kept, codes.len())
        .map(|i| match batch.field(STATUS, i) {
            Some(encoded) => {
                let node = fields::payload(batch.overlay(), encoded).unwrap_or_default();
                let (code, message) = columns::status(batch.overlay(), node)?;
                Ok((code, Cell::range(STRING, message, true)))
            }
            None => {
                let message = messages.get(i).copied().unwrap_or_default();
                let code = codes.get(i).copied().unwrap_or_default();
                Ok((code, Cell::range(STRING, message, false)))
            }
        })
        .collect()
}

/// The span of each link, as a position among the kept spans.
fn owners_of(batch: &PyBatch, children: &Children) -> PyResult<Vec<i32>> {
    let batch = &batch.held()?.batch;
    let spans = positions(&batch.kept, batch.core.n_items).enumerate();
    Ok(spans.flat_map(|(i, span)| children.of(span).map(move |_| i as i32)).collect())
}

/// The span of each event that is still there, as a position among the kept spans.
fn owners_of_events(batch: &PyBatch) -> PyResult<Vec<i32>> {
    let batch = &batch.held()?.batch;
    let events = batch.core.events()?;
    let spans = positions(&batch.kept, batch.core.n_items).enumerate();
    let owners = spans.flat_map(|(i, span)| batch.events_of(events, span).map(move |_| i as i32));
    Ok(owners.collect())
}

/// A column of events, those of kept spans that are still there.
fn of_events<T: Copy>(batch: &PyBatch, get: impl Fn(&Children) -> &[T]) -> PyResult<Vec<T>> {
    let batch = &batch.held()?.batch;
    let values = get(batch.core.events()?);
    Ok(batch.event_positions()?.filter_map(|event| values.get(event)).copied().collect())
}

#[pymethods]
impl PyTraces {
    #[getter]
    fn start_time_unix_nano<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.start_time))
    }

    #[getter]
    fn end_time_unix_nano<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.end_time))
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
    fn parent_span_id<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::ids(py, slf.as_super(), |index| select(index, |c| &c.parent_span_id))
    }

    /// Ids and times of every kept span.
    fn identities<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        let batch = slf.as_super();
        let (columns, kept) = (&batch.index()?.columns, &batch.held()?.batch.kept);
        let Columns::Traces(columns) = columns else { return Err(wrong("these are no spans")) };
        let words = py.detach(|| columns.identities(kept));
        lookup::owned_table(py, (6, words.len() / 6), words)
    }

    #[getter]
    fn kind<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.kind))
    }

    #[getter]
    fn flags<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        arrays::column(py, slf.as_super(), |index| select(index, |c| &c.flags))
    }

    #[getter]
    fn status_code<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        let batch = slf.as_super();
        if batch.held()?.batch.has_field_edits(STATUS) {
            return owned(py, statuses(batch)?.into_iter().map(|(code, _)| code).collect());
        }
        arrays::column(py, batch, |index| select(index, |c| &c.status_code))
    }

    #[getter]
    fn status_message(slf: PyRef<'_, Self>) -> PyResult<PyColumn> {
        let mut cells: Vec<Cell> =
            statuses(slf.as_super())?.into_iter().map(|(_, message)| message).collect();
        for cell in cells.iter_mut().filter(|cell| cell.slice().len == 0) {
            cell.kind = ABSENT;
        }
        column(slf.as_super(), cells)
    }

    #[getter]
    fn name(slf: PyRef<'_, Self>) -> PyResult<PyColumn> {
        let batch = slf.as_super();
        text_column(batch, NAME, select(batch.index()?, |c| &c.name))
    }

    #[getter]
    fn trace_state(slf: PyRef<'_, Self>) -> PyResult<PyColumn> {
        let batch = slf.as_super();
        text_column(batch, TRACE_STATE, select(batch.index()?, |c| &c.trace_state))
    }

    #[getter]
    fn event_index<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        let batch = slf.as_super();
        owned(py, owners_of_events(batch)?)
    }

    #[getter]
    fn link_index<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        let batch = slf.as_super();
        owned(py, owners_of(batch, batch.held()?.batch.core.links()?)?)
    }

    #[getter]
    fn event_time_unix_nano<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> Array<'py> {
        owned(py, of_events(slf.as_super(), |events| &events.times)?)
    }

    #[getter]
    fn event_name(slf: PyRef<'_, Self>) -> PyResult<PyColumn> {
        let names = of_events(slf.as_super(), |events| &events.names)?;
        let cell = |name: Slice| {
            let kind = if name.len == 0 { ABSENT } else { STRING };
            Cell::range(kind, name, false)
        };
        column(slf.as_super(), names.into_iter().map(cell).collect())
    }

    fn keep_events(mut slf: PyRefMut<'_, Self>, mask: &Bound<'_, PyAny>) -> PyResult<()> {
        let batch = &mut slf.as_super().held_mut()?.batch;
        let mask = bools(mask, batch.event_positions()?.count(), "mask")?;
        Ok(batch.keep_events(&mask)?)
    }

    #[pyo3(signature = (value, *, r#where = None))]
    fn set_name(
        mut slf: PyRefMut<'_, Self>,
        value: &Bound<'_, PyAny>,
        r#where: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let batch = &mut slf.as_super().held_mut()?.batch;
        let (kept, n) = (batch.kept.clone(), batch.core.n_items);
        set_texts(batch, NAME, (&kept, n), value, r#where)
    }

    #[pyo3(signature = (value, *, r#where = None))]
    fn set_trace_state(
        mut slf: PyRefMut<'_, Self>,
        value: &Bound<'_, PyAny>,
        r#where: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let batch = &mut slf.as_super().held_mut()?.batch;
        let (kept, n) = (batch.kept.clone(), batch.core.n_items);
        set_texts(batch, TRACE_STATE, (&kept, n), value, r#where)
    }

    #[pyo3(signature = (code, message = None, *, r#where = None))]
    fn set_status(
        mut slf: PyRefMut<'_, Self>,
        code: i64,
        message: Option<&Bound<'_, PyString>>,
        r#where: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let code = match u8::try_from(code) {
            Ok(code) if code <= 2 => code,
            _ => return Err(wrong("a status code is 0 (unset), 1 (ok) or 2 (error)")),
        };
        let batch = &mut slf.as_super().held_mut()?.batch;
        let message = message.map(utf8).transpose()?;
        let message = message.as_deref().map(str::as_bytes);
        let slice = batch.push(|out| fields::put_status(out, code, message))?;
        let edits = masked_edits(batch, r#where, |_, _| Ok(Some(slice)))?;
        batch.set_field(STATUS, batch.core.n_items, &edits);
        Ok(())
    }

    fn spans<'py>(slf: PyRef<'py, Self>, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let batch = slf.as_super();
        let class = messages::request_class(py, batch.signal)?;
        messages::innermost(&messages::parse(&class, &batch.encoded(py)?)?, batch.signal)
    }
}
