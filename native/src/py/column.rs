//! `Column`: one attribute or text field of every owner.

use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyList;

use super::arrays::owned;
use super::objects;
use crate::otlp::batch::{Batch, Core};
use crate::otlp::error::Error;
use crate::otlp::lookup::{self, Coded};
use crate::otlp::value::{ABSENT, BOOL, Buffers, Cell, DOUBLE, INT};

/// One value per owner; text is decoded when it is asked for.
#[pyclass(frozen, name = "Column", module = "spanloom_native")]
pub struct PyColumn {
    cells: Vec<Cell>,
    core: Arc<Core>,
    overlay: Arc<Vec<u8>>,
    coded: OnceLock<Coded>,
    texts: PyOnceLock<Py<PyList>>,
}

impl PyColumn {
    pub fn new(batch: &Batch, cells: Vec<Cell>) -> Self {
        Self {
            cells,
            core: Arc::clone(&batch.core),
            overlay: Arc::clone(batch.overlay()),
            coded: OnceLock::new(),
            texts: PyOnceLock::new(),
        }
    }

    fn buffers(&self) -> Result<Buffers<'_>, Error> {
        Ok(Buffers { raw: &self.core.index()?.raw, overlay: &self.overlay })
    }

    fn coded(&self, py: Python<'_>) -> Result<&Coded, Error> {
        let buffers = self.buffers()?;
        Ok(py.detach(|| self.coded.get_or_init(|| Coded::new(&self.cells, &buffers))))
    }

    fn texts<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyList>> {
        let texts = self.texts.get_or_try_init(py, || {
            let (coded, buffers) = (self.coded(py)?, self.buffers()?);
            let texts = coded.distinct.iter().map(|cell| objects::text(py, cell.bytes(&buffers)));
            PyResult::Ok(PyList::new(py, texts.collect::<Vec<_>>())?.unbind())
        })?;
        Ok(texts.bind(py))
    }

    fn map<T>(&self, convert: impl Fn(&Cell) -> T) -> Vec<T> {
        self.cells.iter().map(convert).collect()
    }
}

#[pymethods]
impl PyColumn {
    fn __len__(&self) -> usize {
        self.cells.len()
    }

    #[getter]
    fn present<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        owned(py, self.map(|cell| cell.kind != ABSENT))
    }

    #[getter]
    fn n_present(&self) -> usize {
        self.cells.iter().filter(|cell| cell.kind != ABSENT).count()
    }

    #[getter]
    fn kinds<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        owned(py, self.map(|cell| cell.kind))
    }

    #[getter]
    fn codes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        owned(py, self.coded(py)?.codes.clone())
    }

    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        // A copy: the caller may change its list.
        let texts = self.texts(py)?;
        Ok(texts.get_slice(0, texts.len()))
    }

    #[pyo3(signature = (default = 0))]
    fn ints<'py>(&self, py: Python<'py>, default: i64) -> PyResult<Bound<'py, PyAny>> {
        owned(
            py,
            self.map(|cell| match cell.kind {
                INT | BOOL => cell.bits as i64,
                _ => default,
            }),
        )
    }

    #[pyo3(signature = (default = f64::NAN))]
    fn floats<'py>(&self, py: Python<'py>, default: f64) -> PyResult<Bound<'py, PyAny>> {
        owned(
            py,
            self.map(|cell| match cell.kind {
                DOUBLE => f64::from_bits(cell.bits),
                INT => cell.bits as i64 as f64,
                _ => default,
            }),
        )
    }

    #[pyo3(signature = (default = false))]
    fn bools<'py>(&self, py: Python<'py>, default: bool) -> PyResult<Bound<'py, PyAny>> {
        owned(py, self.map(|cell| if cell.kind == BOOL { cell.bits != 0 } else { default }))
    }

    #[pyo3(signature = (default = String::new()))]
    fn strings<'py>(&self, py: Python<'py>, default: String) -> PyResult<Bound<'py, PyList>> {
        let default = objects::text(py, default.as_bytes()).into_any();
        let texts: Vec<Bound<'_, PyAny>> = self.texts(py)?.iter().collect();
        let text = |&code: &i32| usize::try_from(code).ok().and_then(|code| texts.get(code));
        let codes = self.coded(py)?.codes.iter();
        PyList::new(py, codes.map(|code| text(code).unwrap_or(&default)).collect::<Vec<_>>())
    }

    fn distinct<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyList>)> {
        let buffers = self.buffers()?;
        let coded = py.detach(|| Coded::of_any(&self.cells, &buffers));
        let values = coded.distinct.iter().map(|cell| objects::object(py, cell, &buffers));
        let values = PyList::new(py, values.collect::<PyResult<Vec<_>>>()?)?;
        Ok((owned(py, coded.codes)?, values))
    }

    fn hashes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let buffers = self.buffers()?;
        owned(py, py.detach(|| lookup::hashes(&self.cells, &buffers)))
    }

    fn objects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let buffers = self.buffers()?;
        let objects = self.cells.iter().map(|cell| objects::object(py, cell, &buffers));
        PyList::new(py, objects.collect::<PyResult<Vec<_>>>()?)
    }
}
