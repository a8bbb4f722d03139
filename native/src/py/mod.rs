//! The Python face: converts, decides nothing.
mod otlp_checks;
mod pulled;
mod raw_request;
mod server;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    otlp_checks::register(module)?;
    server::register(module)
}
