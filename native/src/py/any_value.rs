//! Python values as `AnyValue` of the wire.

use std::borrow::Cow;

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};

use super::errors::wrong;
use crate::otlp::wire;

/// Deeper values are refused: far above any use, far below what a parser takes.
const DEPTH_MAX: usize = 32;

/// The text, if it is valid Unicode.
pub fn utf8<'a>(text: &'a Bound<'_, PyString>) -> PyResult<Cow<'a, str>> {
    text.to_cow().map_err(|_| wrong("a string holds a lone surrogate"))
}

/// Appends the `AnyValue` payload of a Python value.
pub fn put_any(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
    if depth > DEPTH_MAX {
        return Err(wrong(format!("a value is nested deeper than {DEPTH_MAX}")));
    }
    if value.is_none() {
        return Ok(());
    }
    if let Ok(text) = value.cast::<PyString>() {
        wire::put_len_field(out, 1, utf8(text)?.as_bytes());
    } else if let Ok(flag) = value.cast::<PyBool>() {
        wire::put_varint_field(out, 2, u64::from(flag.is_true()));
    } else if value.is_instance_of::<PyInt>() {
        wire::put_varint_field(out, 3, int(value)? as u64);
    } else if let Ok(number) = value.cast::<PyFloat>() {
        wire::put_fixed64_field(out, 4, number.value().to_bits());
    } else if let Ok(bytes) = value.cast::<PyBytes>() {
        wire::put_len_field(out, 7, bytes.as_bytes());
    } else {
        put_nested(out, value, depth)?;
    }
    Ok(())
}

fn int(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    value.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(value.py()) {
            wrong("an int does not fit into 64 bits")
        } else {
            error
        }
    })
}

fn put_nested(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
    let mut payload = Vec::new();
    if let Ok(mapping) = value.cast::<PyMapping>() {
        for pair in mapping.items()?.iter() {
            let (key, value): (Bound<'_, PyString>, Bound<'_, PyAny>) = pair
                .extract()
                .map_err(|_: PyErr| wrong("the keys of a mapping must be strings"))?;
            put_pair(&mut payload, &key, &value, depth)?;
        }
        wire::put_len_field(out, 6, &payload);
        return Ok(());
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        for item in value.try_iter()? {
            let mut any = Vec::new();
            put_any(&mut any, &item?, depth + 1)?;
            wire::put_len_field(&mut payload, 1, &any);
        }
        wire::put_len_field(out, 5, &payload);
        return Ok(());
    }
    // numpy scalars, and arrays inside of values.
    let plain = if value.hasattr("dtype")? { value.call_method0("tolist").ok() } else { None };
    match plain {
        Some(plain) if !plain.hasattr("dtype")? => put_any(out, &plain, depth + 1),
        _ => Err(wrong(format!("{} is no attribute value", value.get_type().name()?))),
    }
}

fn put_pair(
    out: &mut Vec<u8>,
    key: &Bound<'_, PyString>,
    value: &Bound<'_, PyAny>,
    depth: usize,
) -> PyResult<()> {
    let (mut pair, mut any) = (Vec::new(), Vec::new());
    wire::put_len_field(&mut pair, 1, utf8(key)?.as_bytes());
    put_any(&mut any, value, depth + 1)?;
    wire::put_len_field(&mut pair, 2, &any);
    wire::put_len_field(out, 1, &pair);
    Ok(())
}
