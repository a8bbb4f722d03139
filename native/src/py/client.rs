//! `GrpcClient`: calls with the GIL released.

use std::time::Duration;

use bytes::Bytes;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::client::{Client, Config};

type PyReply<'py> = (u32, Bound<'py, PyBytes>, Option<Bound<'py, PyBytes>>);

#[pyclass(frozen, name = "GrpcClient", module = "spanloom_native")]
pub struct PyGrpcClient(Client);

#[pymethods]
impl PyGrpcClient {
    #[new]
    #[pyo3(signature = (
        address, *, authority, user_agent, metadata = Vec::new(), encoding = None,
        reply_bytes_max = 4 << 20
    ))]
    fn new(
        address: String,
        authority: String,
        user_agent: String,
        metadata: Vec<(String, String)>,
        encoding: Option<String>,
        reply_bytes_max: usize,
    ) -> PyResult<Self> {
        let config = Config { address, authority, user_agent, metadata, encoding, reply_bytes_max };
        // The error's own text is left out: a header's value may be a secret.
        let client = Client::new(config)
            .map_err(|_| PyValueError::new_err("the authority or a header is malformed"))?;
        Ok(Self(client))
    }

    fn call<'py>(
        &self,
        py: Python<'py>,
        path: &str,
        message: PyBackedBytes,
        timeout_s: f64,
    ) -> PyResult<PyReply<'py>> {
        let timeout = Duration::try_from_secs_f64(timeout_s)
            .map_err(|_| PyValueError::new_err("timeout_s must be finite and not negative"))?;
        // Sent from where Python keeps it.
        let message = Bytes::from_owner(message);
        let reply = py.detach(|| self.0.call(path, message, timeout));
        let details = reply.details.map(|details| PyBytes::new(py, &details));
        Ok((reply.code, PyBytes::new(py, &reply.message), details))
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.0.close());
    }
}
