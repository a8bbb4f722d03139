//! The exceptions, and what becomes one.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::otlp::error::Error;

create_exception!(
    spanloom_native,
    BatchError,
    PyValueError,
    "A batch was used wrongly: lengths differ, an unknown level, a kept view."
);
create_exception!(
    spanloom_native,
    DecodeError,
    BatchError,
    "The bytes are no valid OTLP. Never quotes content."
);

create_exception!(
    spanloom_native,
    RuleError,
    PyValueError,
    "A document of redaction rules cannot be used: all its problems, one a line."
);

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("BatchError", py.get_type::<BatchError>())?;
    module.add("DecodeError", py.get_type::<DecodeError>())?;
    module.add("RuleError", py.get_type::<RuleError>())
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        DecodeError::new_err(error.to_string())
    }
}

/// A `BatchError` with this text.
pub fn wrong(text: impl Into<String>) -> PyErr {
    BatchError::new_err(text.into())
}
