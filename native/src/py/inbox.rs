//! Inboxes, as Python sees them: they wait without the GIL.

use std::sync::Arc;
use std::time::Duration;

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::ack::{AckShare, Hold};
use crate::server::inbox::Inbox;
use crate::server::queue::Pull;
use crate::server::raw::RawInbox;

use super::batch::new_batch;
use super::raw_request::RawRequest;

create_exception!(spanloom_native, Closed, PyException, "The inbox is closed and empty.");

/// Seconds from Python: negative and NaN count as none, a day stands for more.
pub fn seconds(seconds: f64) -> Duration {
    const DAY_S: f64 = 86_400.0;
    Duration::try_from_secs_f64(seconds.clamp(0.0, DAY_S)).unwrap_or_default()
}

fn pull_of(max_items: usize, max_bytes: usize, linger_s: f64, timeout_s: f64) -> Pull {
    Pull { max_items, max_bytes, linger: seconds(linger_s), timeout: seconds(timeout_s) }
}

fn closed() -> PyErr {
    Closed::new_err("the inbox is closed")
}

#[pyclass(frozen, name = "Inbox", module = "spanloom_native")]
pub struct PyInbox(pub Arc<Inbox>);

#[pymethods]
impl PyInbox {
    #[pyo3(signature = (*, max_bytes, linger_s, timeout_s))]
    fn pull(
        &self,
        py: Python<'_>,
        max_bytes: usize,
        linger_s: f64,
        timeout_s: f64,
    ) -> PyResult<Option<Py<PyAny>>> {
        let pull = pull_of(usize::MAX, max_bytes, linger_s, timeout_s);
        let pulled = py.detach(|| self.0.pull(&pull)).map_err(|_| closed())?;
        let Some(merged) = pulled else {
            return Ok(None);
        };
        let ack = AckShare::new(merged.replies);
        let holds: Vec<Hold> = vec![Box::new(merged.permit)];
        new_batch(py, self.0.signal, merged.raw, merged.n_items, ack, holds).map(Some)
    }

    #[getter]
    fn n_waiting(&self) -> usize {
        self.0.queue.n_waiting()
    }
}

#[pyclass(frozen, name = "RawInbox", module = "spanloom_native")]
pub struct PyRawInbox(pub Arc<RawInbox>);

#[pymethods]
impl PyRawInbox {
    #[pyo3(signature = (*, max_requests, linger_s, timeout_s))]
    fn pull(
        &self,
        py: Python<'_>,
        max_requests: usize,
        linger_s: f64,
        timeout_s: f64,
    ) -> PyResult<Vec<RawRequest>> {
        let pull = pull_of(max_requests, usize::MAX, linger_s, timeout_s);
        let entries = py.detach(|| self.0.pull(&pull)).map_err(|_| closed())?;
        Ok(entries.into_iter().map(RawRequest::from).collect())
    }
}
