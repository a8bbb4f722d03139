//! A request to a route that Python registered.

use bytes::Bytes;
use http::HeaderMap;
use parking_lot::Mutex;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tokio::sync::oneshot;

use crate::server::budget::Permit;
use crate::server::raw::{RawEntry, RawReply};

/// Dropping it unanswered tells the client to try again.
#[pyclass(frozen, module = "spanloom_native")]
pub struct RawRequest {
    path: String,
    peer: String,
    headers: HeaderMap,
    body: Bytes,
    open: Mutex<Option<(oneshot::Sender<RawReply>, Permit)>>,
}

impl From<RawEntry> for RawRequest {
    fn from(entry: RawEntry) -> Self {
        let RawEntry { path, peer, headers, body, permit, sender } = entry;
        let open = Mutex::new(Some((sender, permit)));
        Self { path, peer: peer.to_string(), headers, body, open }
    }
}

#[pymethods]
impl RawRequest {
    #[getter]
    fn path(&self) -> &str {
        &self.path
    }

    #[getter]
    fn peer(&self) -> &str {
        &self.peer
    }

    /// Values that are not text are read as Latin-1, as HTTP libraries for Python do.
    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        let latin1 = |value: &[u8]| value.iter().map(|&byte| char::from(byte)).collect();
        let pairs = self.headers.iter();
        pairs.map(|(name, value)| (name.as_str().to_owned(), latin1(value.as_bytes()))).collect()
    }

    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.body)
    }

    #[pyo3(signature = (body, *, status=None, content_type="application/json".to_owned()))]
    fn reply(&self, body: Vec<u8>, status: Option<u16>, content_type: String) -> PyResult<()> {
        let open = self.open.lock().take();
        let (sender, _permit) =
            open.ok_or_else(|| PyRuntimeError::new_err("the request is answered already"))?;
        // The client may be gone; there is no one left to tell.
        let _ = sender.send(RawReply { status, content_type, body: body.into() });
        Ok(())
    }
}
