//! The Python face: converts, decides nothing.

mod any_value;
mod arrays;
mod batch;
mod client;
mod column;
mod compression;
mod errors;
mod inbox;
mod key_map;
mod ledger;
mod listening;
mod lookup;
mod messages;
mod objects;
mod otlp_checks;
mod raw_request;
mod redactor;
mod sampling;
mod server;
mod signals;
mod values;

use pyo3::prelude::*;
use pyo3::types::PyList;

/// What `from spanloom_native import *` brings.
const NAMES: [&str; 25] = [
    "Batch",
    "BatchError",
    "ByteBudget",
    "Closed",
    "Column",
    "DecodeError",
    "Finding",
    "GrpcClient",
    "Inbox",
    "KeyMap",
    "Ledger",
    "Listener",
    "Logs",
    "Metrics",
    "Randomness",
    "RawInbox",
    "RawRequest",
    "RedactionReport",
    "Redactor",
    "RuleError",
    "Server",
    "TextReport",
    "Traces",
    "compress",
    "set_sampling_state",
];

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("__all__", PyList::new(module.py(), NAMES)?)?;
    errors::register(module)?;
    module.add_class::<batch::PyBatch>()?;
    signals::register(module)?;
    module.add_class::<column::PyColumn>()?;
    module.add_class::<ledger::PyLedger>()?;
    module.add_class::<key_map::PyKeyMap>()?;
    module.add_function(wrap_pyfunction!(compression::compress, module)?)?;
    otlp_checks::register(module)?;
    redactor::register(module)?;
    sampling::register(module)?;
    module.add_class::<client::PyGrpcClient>()?;
    server::register(module)
}
