//! The wire functions by themselves, for tests. Not part of the native face.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::otlp::error::Error;
use crate::otlp::schema::{self, Kind, Message};
use crate::otlp::signal::Signal;
use crate::otlp::{json, validate};

/// number, name, JSON name, kind, message or enum name, repeated, presence, oneof.
type FieldRow = (u32, String, String, String, String, bool, bool, Option<String>);

pub fn register(parent: &Bound<'_, PyModule>) -> PyResult<()> {
    let module = PyModule::new(parent.py(), "checks")?;
    module.add_function(wrap_pyfunction!(schema_rows, &module)?)?;
    module.add_function(wrap_pyfunction!(enum_names, &module)?)?;
    module.add_function(wrap_pyfunction!(validate_request, &module)?)?;
    module.add_function(wrap_pyfunction!(normalise, &module)?)?;
    module.add_function(wrap_pyfunction!(drop_bad_ids, &module)?)?;
    module.add_function(wrap_pyfunction!(json_decode, &module)?)?;
    module.add_function(wrap_pyfunction!(json_encode, &module)?)?;
    parent.add_submodule(&module)
}

fn signal_named(name: &str) -> PyResult<Signal> {
    Signal::from_name(name).ok_or_else(|| PyValueError::new_err("no such signal"))
}

fn refused(error: Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The messages that a signal's request can hold, the request first.
fn reachable(signal: Signal) -> Vec<&'static Message> {
    let mut found = vec![schema::request(signal)];
    let mut next = 0;
    while let Some(message) = found.get(next) {
        let children: Vec<_> = message.fields.iter().filter_map(|field| field.message()).collect();
        for child in children {
            if !found.iter().any(|known| std::ptr::eq(*known, child)) {
                found.push(child);
            }
        }
        next += 1;
    }
    found
}

fn field_row(field: &schema::Field) -> FieldRow {
    let (kind, type_name) = match field.kind {
        Kind::Message(message) => ("Message".to_owned(), message.name.to_owned()),
        Kind::Enum(values) => ("Enum".to_owned(), values.name.to_owned()),
        Kind::Id(_) | Kind::RequiredId(_) => ("Bytes".to_owned(), String::new()),
        kind => (format!("{kind:?}"), String::new()),
    };
    let oneof = field.oneof.map(str::to_owned);
    let (name, json_name) = (field.name.to_owned(), field.json_name.to_owned());
    (field.number, name, json_name, kind, type_name, field.repeated, field.presence, oneof)
}

#[pyfunction]
fn schema_rows(signal: &str) -> PyResult<Vec<(String, Vec<FieldRow>)>> {
    let messages = reachable(signal_named(signal)?).into_iter();
    let rows = messages
        .map(|message| (message.name.to_owned(), message.fields.iter().map(field_row).collect()));
    Ok(rows.collect())
}

#[pyfunction]
fn enum_names(signal: &str) -> PyResult<Vec<(String, Vec<String>)>> {
    let messages = reachable(signal_named(signal)?).into_iter();
    let enums = messages.flat_map(|message| message.fields).filter_map(|field| match field.kind {
        Kind::Enum(values) => Some(values),
        _ => None,
    });
    let names = enums.map(|values| {
        (values.name.to_owned(), values.values.iter().map(|&name| name.to_owned()).collect())
    });
    Ok(names.collect())
}

#[pyfunction]
fn validate_request(signal: &str, request: &[u8]) -> PyResult<(u32, u32, bool)> {
    let summary = validate::validate(signal_named(signal)?, request).map_err(refused)?;
    Ok((summary.n_items, summary.n_bad_ids, summary.repeats_singular))
}

#[pyfunction]
fn normalise(signal: &str, request: &[u8]) -> PyResult<Vec<u8>> {
    validate::normalise(signal_named(signal)?, request).map_err(refused)
}

#[pyfunction]
fn drop_bad_ids(signal: &str, request: &[u8]) -> PyResult<Vec<u8>> {
    validate::drop_bad_ids(signal_named(signal)?, request).map_err(refused)
}

#[pyfunction]
fn json_decode(signal: &str, request: &[u8]) -> PyResult<Vec<u8>> {
    json::decode(signal_named(signal)?, request).map_err(refused)
}

#[pyfunction]
fn json_encode(signal: &str, request: &[u8]) -> PyResult<Vec<u8>> {
    json::encode(signal_named(signal)?, request).map_err(refused)
}
