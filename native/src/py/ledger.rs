//! `Ledger`: a pipeline's books.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::ledger::Ledger;

#[pyclass(frozen, name = "Ledger", module = "spanloom_native")]
pub struct PyLedger(Arc<Ledger>);

impl PyLedger {
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.0
    }
}

#[pymethods]
impl PyLedger {
    #[new]
    fn new() -> Self {
        Self(Arc::default())
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let entries = self.0.entries();
        let snapshot = PyDict::new(py);
        snapshot.set_item("received", entries.received)?;
        snapshot.set_item("delivered", entries.delivered)?;
        snapshot.set_item("refused", entries.refused)?;
        snapshot.set_item("in_flight", entries.in_flight)?;
        snapshot.set_item("dropped", entries.dropped)?;
        Ok(snapshot)
    }
}
