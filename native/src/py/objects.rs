//! Attribute values as Python objects.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyList, PyString};

use crate::otlp::error::Error;
use crate::otlp::value::{self, Buffers, Cell};
use crate::otlp::walk::{Node, Slice, next_field};
use crate::otlp::wire::{Reader, WireType};

/// The Python value of a cell.
pub fn object<'py>(
    py: Python<'py>,
    cell: &Cell,
    buffers: &Buffers<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let buffer = if cell.in_overlay { buffers.overlay } else { buffers.raw };
    Ok(match cell.kind {
        value::STRING => text(py, cell.bytes(buffers)).into_any(),
        value::BOOL => PyBool::new(py, cell.bits != 0).to_owned().into_any(),
        value::INT => (cell.bits as i64).into_pyobject(py)?.into_any(),
        value::DOUBLE => PyFloat::new(py, f64::from_bits(cell.bits)).into_any(),
        value::BYTES => PyBytes::new(py, cell.bytes(buffers)).into_any(),
        value::ARRAY => array(py, buffer, cell.slice())?.into_any(),
        value::KVLIST => kvlist(py, buffer, cell.slice())?.into_any(),
        _ => py.None().into_bound(py),
    })
}

pub fn text<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyString> {
    PyString::new(py, &String::from_utf8_lossy(bytes))
}

/// The value of the `AnyValue` payload at `node`.
fn any<'py>(py: Python<'py>, buffer: &[u8], node: Node) -> PyResult<Bound<'py, PyAny>> {
    let cell = value::parse(buffer, node.payload as usize, node.end as usize, false)?;
    object(py, &cell, &Buffers { raw: buffer, overlay: &[] })
}

/// The elements (field 1) of the lists in field `number` of an `AnyValue` payload.
fn elements(buffer: &[u8], payload: Slice, number: u32) -> Result<Vec<Node>, Error> {
    let (start, mut found) = (payload.offset as usize, Vec::new());
    let mut reader = Reader::at(buffer, start, start + payload.len as usize);
    while let Some(field) = next_field(&mut reader)? {
        if field.wire_type != WireType::Len || field.number != number {
            // Another member of the oneof unsets what came before.
            if field.number <= 7 {
                found.clear();
            }
            continue;
        }
        let mut list = Node::of(&field).reader(buffer);
        while let Some(element) = next_field(&mut list)? {
            if (element.number, element.wire_type) == (1, WireType::Len) {
                found.push(Node::of(&element));
            }
        }
    }
    Ok(found)
}

fn array<'py>(py: Python<'py>, buffer: &[u8], payload: Slice) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for node in elements(buffer, payload, 5)? {
        list.append(any(py, buffer, node)?)?;
    }
    Ok(list)
}

fn kvlist<'py>(py: Python<'py>, buffer: &[u8], payload: Slice) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for pair in elements(buffer, payload, 6)? {
        let (mut key, mut value) = (Slice::default(), py.None().into_bound(py));
        let mut reader = pair.reader(buffer);
        while let Some(field) = next_field(&mut reader)? {
            match (field.number, field.wire_type) {
                (1, WireType::Len) => key = Slice::of(&field),
                (2, WireType::Len) => value = any(py, buffer, Node::of(&field))?,
                _ => {}
            }
        }
        let key = text(py, key.bytes(buffer));
        if !dict.contains(&key)? {
            dict.set_item(key, value)?;
        }
    }
    Ok(dict)
}
