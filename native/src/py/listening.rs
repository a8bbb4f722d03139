//! Listener and ByteBudget, as Python sees them.

use std::sync::Arc;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::server::budget::Budget;
use crate::server::listener::Listener;

#[pyclass(frozen, name = "ByteBudget", module = "spanloom_native")]
pub struct PyByteBudget(pub Arc<Budget>);

#[pymethods]
impl PyByteBudget {
    #[new]
    fn new(limit_bytes: usize, hard_limit_bytes: usize) -> PyResult<Self> {
        if hard_limit_bytes < limit_bytes {
            return Err(PyValueError::new_err("hard_limit_bytes is below limit_bytes"));
        }
        Ok(Self(Arc::new(Budget::new(limit_bytes, hard_limit_bytes))))
    }

    #[getter]
    fn limit_bytes(&self) -> usize {
        self.0.limit()
    }

    #[getter]
    fn hard_limit_bytes(&self) -> usize {
        self.0.hard_limit()
    }

    #[getter]
    fn used_bytes(&self) -> usize {
        self.0.used()
    }

    #[getter]
    fn peak_bytes(&self) -> usize {
        self.0.peak()
    }
}

#[pyclass(frozen, name = "Listener", module = "spanloom_native")]
pub struct PyListener(pub Arc<Listener>);

#[pymethods]
impl PyListener {
    #[new]
    #[pyo3(signature = (address, *, backlog=4096))]
    fn new(py: Python<'_>, address: &str, backlog: i32) -> PyResult<Self> {
        // Resolving a name may take a while.
        let bound = py.detach(|| Listener::bind(address, backlog));
        bound.map(|listener| Self(Arc::new(listener))).map_err(|error| {
            let message = format!("cannot listen on {address}: {error}");
            match error.raw_os_error() {
                Some(number) => PyOSError::new_err((number, message)),
                None => PyOSError::new_err(message),
            }
        })
    }

    #[getter]
    fn address(&self) -> &str {
        self.0.address()
    }

    fn close(&self) {
        self.0.close();
    }
}
