//! The Python face: converts, decides nothing.
mod otlp_checks;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    otlp_checks::register(module)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
