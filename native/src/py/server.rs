//! Listener, ByteBudget, Server and its inboxes, as Python sees them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use parking_lot::Mutex;
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::ack::{AckShare, Hold};
use crate::otlp::signal::Signal;
use crate::server::budget::Budget;
use crate::server::config::{CONNECTIONS_MAX, Config};
use crate::server::cors::Cors;
use crate::server::decompress::Encoding;
use crate::server::inbox::Inbox;
use crate::server::listener::Listener;
use crate::server::queue::Pull;
use crate::server::raw::RawInbox;
use crate::server::run::Server;

use super::batch::new_batch;
use super::raw_request::RawRequest;

create_exception!(spanloom_native, Closed, PyException, "The inbox is closed and empty.");

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("Closed", module.py().get_type::<Closed>())?;
    module.add_class::<PyByteBudget>()?;
    module.add_class::<PyListener>()?;
    module.add_class::<PyInbox>()?;
    module.add_class::<PyRawInbox>()?;
    module.add_class::<RawRequest>()?;
    module.add_class::<PyServer>()
}

#[pyclass(frozen, name = "ByteBudget", module = "spanloom_native")]
struct PyByteBudget(Arc<Budget>);

#[pymethods]
impl PyByteBudget {
    #[new]
    fn new(limit_bytes: usize, hard_limit_bytes: usize) -> PyResult<Self> {
        if hard_limit_bytes < limit_bytes {
            return Err(PyValueError::new_err("hard_limit_bytes is below limit_bytes"));
        }
        Ok(Self(Arc::new(Budget::new(limit_bytes, hard_limit_bytes))))
    }

    #[getter]
    fn limit_bytes(&self) -> usize {
        self.0.limit()
    }

    #[getter]
    fn hard_limit_bytes(&self) -> usize {
        self.0.hard_limit()
    }

    #[getter]
    fn used_bytes(&self) -> usize {
        self.0.used()
    }

    #[getter]
    fn peak_bytes(&self) -> usize {
        self.0.peak()
    }
}

#[pyclass(frozen, name = "Listener", module = "spanloom_native")]
struct PyListener(Arc<Listener>);

#[pymethods]
impl PyListener {
    #[new]
    #[pyo3(signature = (address, *, backlog=4096))]
    fn new(py: Python<'_>, address: &str, backlog: i32) -> PyResult<Self> {
        // Resolving a name may take a while.
        let bound = py.detach(|| Listener::bind(address, backlog));
        bound.map(|listener| Self(Arc::new(listener))).map_err(|error| {
            let message = format!("cannot listen on {address}: {error}");
            match error.raw_os_error() {
                Some(number) => PyOSError::new_err((number, message)),
                None => PyOSError::new_err(message),
            }
        })
    }

    #[getter]
    fn address(&self) -> &str {
        self.0.address()
    }

    fn close(&self) {
        self.0.close();
    }
}

/// Seconds from Python: negative and NaN count as none, a day stands for more.
fn seconds(seconds: f64) -> Duration {
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
struct PyInbox(Arc<Inbox>);

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
struct PyRawInbox(Arc<RawInbox>);

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
