//! Items taken out of a batch, kept in it, or taken over.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::{PyBatch, wrap};
use crate::py::arrays::bools;
use crate::py::errors::wrong;

pub fn split<'py>(
    py: Python<'py>,
    batch: &mut PyBatch,
    n_items_max: usize,
) -> PyResult<Bound<'py, PyList>> {
    if n_items_max == 0 {
        return Err(wrong("n_items_max must be at least 1"));
    }
    let pieces = batch.take()?.split(n_items_max);
    let pieces = pieces.into_iter().map(|piece| wrap(py, piece));
    PyList::new(py, pieces.collect::<PyResult<Vec<_>>>()?)
}

pub fn part(py: Python<'_>, batch: &mut PyBatch, mask: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let holder = batch.held_mut()?;
    let mask = bools(mask, holder.batch.len(), "mask")?;
    wrap(py, holder.part(&mask))
}

pub fn keep(batch: &mut PyBatch, mask: &Bound<'_, PyAny>, reason: &str) -> PyResult<()> {
    let holder = batch.held_mut()?;
    let mask = bools(mask, holder.batch.len(), "mask")?;
    holder.keep(&mask, reason);
    Ok(())
}

pub fn adopt(batch: &mut PyBatch, other: &Bound<'_, PyBatch>) -> PyResult<()> {
    let Ok(mut other) = other.try_borrow_mut() else {
        return Err(wrong("a batch cannot adopt itself"));
    };
    batch.held()?;
    let other = other.take()?;
    batch.held_mut()?.adopt(other);
    Ok(())
}
