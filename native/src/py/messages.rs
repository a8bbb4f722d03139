//! Protobuf's own Python messages: convenient, slow, for user code and tests.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyList, PyString};

use super::errors::wrong;
use crate::otlp::signal::Signal;

/// Module, request class, and the fields that lead from a request to its items.
const fn names(signal: Signal) -> (&'static str, &'static str, [&'static str; 3]) {
    match signal {
        Signal::Traces => (
            "opentelemetry.proto.collector.trace.v1.trace_service_pb2",
            "ExportTraceServiceRequest",
            ["resource_spans", "scope_spans", "spans"],
        ),
        Signal::Logs => (
            "opentelemetry.proto.collector.logs.v1.logs_service_pb2",
            "ExportLogsServiceRequest",
            ["resource_logs", "scope_logs", "log_records"],
        ),
        Signal::Metrics => (
            "opentelemetry.proto.collector.metrics.v1.metrics_service_pb2",
            "ExportMetricsServiceRequest",
            ["resource_metrics", "scope_metrics", "metrics"],
        ),
    }
}

/// The class of the signal's request. Imported on first use: most processes need none.
pub fn request_class(py: Python<'_>, signal: Signal) -> PyResult<Bound<'_, PyAny>> {
    let (module, class, _) = names(signal);
    py.import(module)?.getattr(class)
}

pub fn parse<'py>(class: &Bound<'py, PyAny>, encoded: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    class.call_method1("FromString", (PyBytes::new(class.py(), encoded),))
}

pub fn serialized(message: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    message.call_method0("SerializeToString")?.extract()
}

/// The spans, records or metrics of a request, in order.
pub fn innermost<'py>(
    request: &Bound<'py, PyAny>,
    signal: Signal,
) -> PyResult<Bound<'py, PyIterator>> {
    let (_, _, path) = names(signal);
    let mut messages = vec![request.clone()];
    for field in path {
        let mut children = Vec::new();
        for message in &messages {
            for child in message.getattr(field)?.try_iter()? {
                children.push(child?);
            }
        }
        messages = children;
    }
    PyList::new(request.py(), messages)?.try_iter()
}

/// The encoded form of each message; None for None.
pub fn payloads(items: &Bound<'_, PyAny>) -> PyResult<Vec<Option<Vec<u8>>>> {
    if items.is_instance_of::<PyBytes>() || items.is_instance_of::<PyString>() {
        return Err(wrong("items must be a sequence of messages, bytes or None"));
    }
    items.try_iter()?.map(|item| payload(&item?)).collect()
}

fn payload(item: &Bound<'_, PyAny>) -> PyResult<Option<Vec<u8>>> {
    if item.is_none() {
        Ok(None)
    } else if let Ok(bytes) = item.cast::<PyBytes>() {
        Ok(Some(bytes.as_bytes().to_vec()))
    } else if item.hasattr("SerializeToString")? {
        serialized(item).map(Some)
    } else {
        Err(wrong("an item must be a message, bytes or None"))
    }
}
