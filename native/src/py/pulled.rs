//! A stand-in for batches until they exist: bytes that can be settled.

use bytes::Bytes;
use parking_lot::Mutex;
use pyo3::prelude::*;

use crate::ack::{AckShare, Failure, Hold, Outcome};
use crate::otlp::signal::Signal;

#[pyclass(frozen, name = "PulledBatch")]
pub struct PulledBatch {
    signal: Signal,
    raw: Bytes,
    n_items: usize,
    held: Mutex<Option<(AckShare, Vec<Hold>)>>,
}

impl PulledBatch {
    fn settle(&self, outcome: Outcome) {
        if let Some((ack, holds)) = self.held.lock().take() {
            drop(holds);
            ack.settle(outcome);
        }
    }
}

#[pymethods]
impl PulledBatch {
    #[getter]
    fn signal(&self) -> &'static str {
        self.signal.name()
    }

    fn __len__(&self) -> usize {
        self.n_items
    }

    fn encode(&self) -> Vec<Vec<u8>> {
        vec![self.raw.to_vec()]
    }

    fn ack(&self) {
        self.settle(Outcome::Delivered);
    }

    #[pyo3(signature = (message, *, retryable, reason="failed".to_owned(), retry_after_s=None, grpc_code=None))]
    fn nack(
        &self,
        message: String,
        retryable: bool,
        reason: String,
        retry_after_s: Option<f64>,
        grpc_code: Option<u32>,
    ) {
        let retry_after_ms = retry_after_s.map(|s| (s * 1000.0) as u64);
        let failure = Failure { message, reason, grpc_code, retry_after_ms };
        self.settle(if retryable {
            Outcome::Retryable(failure)
        } else {
            Outcome::Permanent(failure)
        });
    }
}

pub fn new_batch(
    py: Python<'_>,
    signal: Signal,
    raw: Bytes,
    n_items: u64,
    ack: AckShare,
    holds: Vec<Hold>,
) -> PyResult<Py<PyAny>> {
    let held = Mutex::new(Some((ack, holds)));
    let batch = PulledBatch { signal, raw, n_items: n_items as usize, held };
    Ok(Py::new(py, batch)?.into_any())
}
