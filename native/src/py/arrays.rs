//! numpy arrays: views of a batch's memory, and copies. All are read-only.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use numpy::ndarray::{ArrayView1, ArrayView2};
use numpy::{Element, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;

use super::errors::wrong;
use crate::otlp::batch::{Core, positions};
use crate::otlp::edit::Mask;
use crate::otlp::index::Index;

use super::batch::PyBatch;

/// Base object of arrays that borrow from an index: keeps it alive, and is counted.
#[pyclass(frozen)]
struct View {
    core: Arc<Core>,
    open_views: Arc<AtomicUsize>,
}

impl View {
    fn new(core: &Arc<Core>, open_views: &Arc<AtomicUsize>) -> Self {
        open_views.fetch_add(1, Relaxed);
        Self { core: Arc::clone(core), open_views: Arc::clone(open_views) }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.open_views.fetch_sub(1, Relaxed);
    }
}

/// A read-only array of these values.
pub fn owned<T: Element>(py: Python<'_>, values: Vec<T>) -> PyResult<Bound<'_, PyAny>> {
    let array = PyArray1::from_vec(py, values);
    let array = array.try_readwrite()?.make_nonwriteable().as_any().clone();
    Ok(array)
}

/// A column of the index, for the kept items: a view if that is all of them.
pub fn column<'py, T: Element + Copy>(
    py: Python<'py>,
    batch: &PyBatch,
    select: impl Fn(&Index) -> &[T],
) -> PyResult<Bound<'py, PyAny>> {
    let kept = &batch.held()?.batch.kept;
    if kept.is_some() {
        let values = select(batch.index()?);
        let kept = positions(kept, values.len()).filter_map(|i| values.get(i).copied());
        return owned(py, kept.collect());
    }
    all(py, batch, select)
}

/// A column of the index, whatever is kept.
pub fn all<'py, T: Element + Copy>(
    py: Python<'py>,
    batch: &PyBatch,
    select: impl Fn(&Index) -> &[T],
) -> PyResult<Bound<'py, PyAny>> {
    batch.index()?;
    let view = Bound::new(py, View::new(&batch.held()?.batch.core, &batch.open_views))?;
    borrowed1(view, select)
}

/// Ids as an (n, N) array.
pub fn ids<'py, const N: usize>(
    py: Python<'py>,
    batch: &PyBatch,
    select: impl Fn(&Index) -> &[[u8; N]],
) -> PyResult<Bound<'py, PyAny>> {
    let kept = &batch.held()?.batch.kept;
    if kept.is_none() {
        batch.index()?;
        let view = Bound::new(py, View::new(&batch.held()?.batch.core, &batch.open_views))?;
        return borrowed2(view, select);
    }
    let values = select(batch.index()?);
    let kept = positions(kept, values.len()).filter_map(|i| values.get(i));
    let bytes: Vec<u8> = kept.flatten().copied().collect();
    let n = bytes.len() / N;
    let array = PyArray1::from_vec(py, bytes).reshape([n, N])?;
    Ok(array.try_readwrite()?.make_nonwriteable().as_any().clone())
}

#[allow(unsafe_code)]
fn borrowed1<'py, T: Element + Copy>(
    view: Bound<'py, View>,
    select: impl Fn(&Index) -> &[T],
) -> PyResult<Bound<'py, PyAny>> {
    let container = view.clone().into_any();
    let values = ArrayView1::from(select(view.get().core.index()?));
    // SAFETY: the memory belongs to the index inside the core's OnceLock, which never
    // changes once built and lives as long as `view`, the array's base object.
    let array = unsafe { PyArray1::borrow_from_array(&values, container) };
    Ok(array.try_readwrite()?.make_nonwriteable().as_any().clone())
}

#[allow(unsafe_code)]
fn borrowed2<'py, const N: usize>(
    view: Bound<'py, View>,
    select: impl Fn(&Index) -> &[[u8; N]],
) -> PyResult<Bound<'py, PyAny>> {
    let container = view.clone().into_any();
    let ids = select(view.get().core.index()?);
    let values = ArrayView2::from_shape((ids.len(), N), ids.as_flattened())
        .map_err(|_| wrong("ids have no common length"))?;
    // SAFETY: as in `borrowed1`.
    let array = unsafe { PyArray2::borrow_from_array(&values, container) };
    Ok(array.try_readwrite()?.make_nonwriteable().as_any().clone())
}

/// A `where` argument: a bool array of length `n`.
pub struct Where(Option<Vec<bool>>);

impl Where {
    pub fn new(mask: Option<&Bound<'_, PyAny>>, n: usize) -> PyResult<Self> {
        mask.map(|mask| bools(mask, n, "where")).transpose().map(Self)
    }

    pub fn is_on(&self, i: usize) -> bool {
        self.0.as_ref().is_none_or(|mask| mask.get(i).copied().unwrap_or_default())
    }

    pub fn as_mask(&self) -> Mask<'_> {
        self.0.as_deref()
    }
}

/// A bool array of length `n`.
pub fn bools(mask: &Bound<'_, PyAny>, n: usize, name: &str) -> PyResult<Vec<bool>> {
    let Ok(array) = mask.extract::<PyReadonlyArray1<'_, bool>>() else {
        return Err(wrong(format!("{name} must be a one-dimensional array of bools")));
    };
    let values: Vec<bool> = array.as_array().iter().copied().collect();
    expect_length(name, values.len(), n)?;
    Ok(values)
}

pub fn expect_length(name: &str, n_given: usize, n: usize) -> PyResult<()> {
    if n_given == n {
        return Ok(());
    }
    Err(wrong(format!("{name} has length {n_given}, the batch has {n} there")))
}
