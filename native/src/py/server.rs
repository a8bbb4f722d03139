//! The server, as Python sees it.

use std::io;
use std::sync::Arc;

use http::Method;
use parking_lot::Mutex;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::otlp::signal::Signal;
use crate::server::config::{CONNECTIONS_MAX, Config};
use crate::server::cors::Cors;
use crate::server::decompress::Encoding;
use crate::server::run::Server;

use super::inbox::{Closed, PyInbox, PyRawInbox, seconds};
use super::listening::{PyByteBudget, PyListener};
use super::raw_request::RawRequest;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("Closed", module.py().get_type::<Closed>())?;
    module.add_class::<PyByteBudget>()?;
    module.add_class::<PyListener>()?;
    module.add_class::<PyInbox>()?;
    module.add_class::<PyRawInbox>()?;
    module.add_class::<RawRequest>()?;
    module.add_class::<PyServer>()
}

#[pyclass(frozen, name = "Server", module = "spanloom_native")]
struct PyServer(Mutex<Option<Arc<Server>>>);

impl PyServer {
    fn server(&self) -> PyResult<Arc<Server>> {
        let server = self.0.lock().clone();
        server.ok_or_else(|| PyRuntimeError::new_err("the server is gone"))
    }
}

#[pymethods]
impl PyServer {
    #[new]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments on the Python side")]
    #[pyo3(signature = (
        listeners, budget, *, signals=None, threads=1,
        grpc_message_bytes_max=16 << 20, http_body_bytes_max=16 << 20,
        traces_path="/v1/traces".to_owned(), metrics_path="/v1/metrics".to_owned(),
        logs_path="/v1/logs".to_owned(), http_compressions=None,
        cors_allowed_origins=Vec::new(), cors_allowed_headers=Vec::new(), cors_max_age_s=0,
        read_timeout_s=30.0, keepalive_time_s=7200.0, keepalive_timeout_s=20.0,
        max_concurrent_streams=1024, max_connections=CONNECTIONS_MAX, retry_after_s=1.0,
    ))]
    fn new(
        listeners: Vec<Py<PyListener>>,
        budget: &PyByteBudget,
        signals: Option<Vec<String>>,
        threads: usize,
        grpc_message_bytes_max: usize,
        http_body_bytes_max: usize,
        traces_path: String,
        metrics_path: String,
        logs_path: String,
        http_compressions: Option<Vec<String>>,
        cors_allowed_origins: Vec<String>,
        cors_allowed_headers: Vec<String>,
        cors_max_age_s: u64,
        read_timeout_s: f64,
        keepalive_time_s: f64,
        keepalive_timeout_s: f64,
        max_concurrent_streams: u32,
        max_connections: usize,
        retry_after_s: f64,
    ) -> PyResult<Self> {
        let config = Config {
            signals: signals.map_or_else(|| Ok(Signal::ALL.to_vec()), signals_of)?,
            threads,
            grpc_message_bytes_max,
            http_body_bytes_max,
            traces_path,
            metrics_path,
            logs_path,
            http_encodings: encodings_of(http_compressions)?,
            cors: cors_of(cors_allowed_origins, cors_allowed_headers, cors_max_age_s),
            read_timeout: seconds(read_timeout_s),
            keepalive_time: seconds(keepalive_time_s),
            keepalive_timeout: seconds(keepalive_timeout_s),
            max_concurrent_streams,
            max_connections,
            retry_after: seconds(retry_after_s),
        };
        let listeners = listeners.iter().map(|listener| Arc::clone(&listener.get().0)).collect();
        let server = Server::new(config, listeners, Arc::clone(&budget.0));
        Ok(Self(Mutex::new(Some(Arc::new(server)))))
    }

    fn inbox(&self, signal: &str) -> PyResult<PyInbox> {
        let inbox = self.server()?.inbox(signal_of(signal)?);
        inbox.map(PyInbox).ok_or_else(|| PyValueError::new_err("no such signal"))
    }

    fn route_http(&self, method: &str, path: &str) -> PyResult<PyRawInbox> {
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|_| PyValueError::new_err(format!("{method:?} is no HTTP method")))?;
        self.server()?.route_http(path, method).map(PyRawInbox).map_err(|e| refused(path, &e))
    }

    fn route_grpc(&self, path: &str) -> PyResult<PyRawInbox> {
        self.server()?.route_grpc(path).map(PyRawInbox).map_err(|e| refused(path, &e))
    }

    fn start(&self, py: Python<'_>) -> PyResult<()> {
        let server = self.server()?;
        py.detach(|| server.start()).map_err(PyErr::from)
    }

    fn drain(&self, py: Python<'_>, timeout_s: f64) -> PyResult<bool> {
        let server = self.server()?;
        Ok(py.detach(|| server.drain(seconds(timeout_s))))
    }

    fn close_inboxes(&self) -> PyResult<()> {
        self.server()?.close_inboxes();
        Ok(())
    }

    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Bound<'py, PyDict>, f64)>> {
        let samples = self.server()?.samples().into_iter().map(|(name, labels, value)| {
            let dict = PyDict::new(py);
            for (label, text) in labels {
                dict.set_item(label, text)?;
            }
            Ok((name.to_owned(), dict, value))
        });
        samples.collect()
    }
}

impl Drop for PyServer {
    /// Ends the server without the GIL: what it cuts off may be waiting for a Python thread.
    fn drop(&mut self) {
        let server = self.0.get_mut().take();
        Python::attach(|py| py.detach(|| drop(server)));
    }
}

fn refused(path: &str, error: &io::Error) -> PyErr {
    PyValueError::new_err(format!("cannot route {path}: {error}"))
}

fn signal_of(name: &str) -> PyResult<Signal> {
    let unknown = || PyValueError::new_err(format!("no such signal: {name:?}"));
    Signal::from_name(name).ok_or_else(unknown)
}

fn signals_of(names: Vec<String>) -> PyResult<Vec<Signal>> {
    names.iter().map(|name| signal_of(name)).collect()
}

/// The allowed ones; the empty name (identity) is always allowed.
fn encodings_of(names: Option<Vec<String>>) -> PyResult<Vec<Encoding>> {
    let Some(names) = names else {
        return Ok(Encoding::ALL.to_vec());
    };
    let named = names.iter().filter(|name| !name.is_empty()).map(|name| {
        let unknown = || PyValueError::new_err(format!("no such compression: {name:?}"));
        Encoding::from_name(name).ok_or_else(unknown)
    });
    named.collect()
}

fn cors_of(origins: Vec<String>, headers: Vec<String>, max_age_s: u64) -> Option<Cors> {
    (!origins.is_empty()).then_some(Cors { origins, headers, max_age_s })
}
