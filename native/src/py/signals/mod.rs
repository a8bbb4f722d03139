//! `Traces`, `Logs`, `Metrics`: the columns and edits of one signal.

mod fields;
mod logs;
mod metrics;
mod traces;

pub use logs::PyLogs;
pub use metrics::PyMetrics;
pub use traces::PyTraces;

use pyo3::prelude::*;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyTraces>()?;
    module.add_class::<PyLogs>()?;
    module.add_class::<PyMetrics>()
}
