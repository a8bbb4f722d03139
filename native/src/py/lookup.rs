//! Several attributes of a batch at once, as numpy arrays.

use numpy::ndarray::Array2;
use numpy::{PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::arrays::owned;
use super::errors::wrong;
use super::objects;
use crate::otlp::batch::{Batch, Level};
use crate::otlp::error::Error;
use crate::otlp::value::{BOOL, Cell, INT};

/// (n,) codes, and the tuples of strings and None that they stand for.
pub type CodedTuples<'py> = PyResult<(Bound<'py, PyAny>, Bound<'py, PyList>)>;

/// (k, n) ints, and (k, n) kinds; None where all are ints within the bounds.
pub type Ints<'py> = PyResult<(Bound<'py, PyAny>, Option<Bound<'py, PyAny>>)>;

/// Which combination of strings each owner has under the keys.
pub fn codes<'py>(
    py: Python<'py>,
    batch: &Batch,
    level: Level,
    keys: &[String],
) -> CodedTuples<'py> {
    let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
    let found = py.detach(|| batch.combinations(level, &keys))?;
    let buffers = batch.buffers()?;
    let text = |cell: Cell| objects::text(py, cell.bytes(&buffers));
    let tuple =
        |cells: &Vec<Option<Cell>>| PyTuple::new(py, cells.iter().map(|cell| cell.map(text)));
    let values = found.distinct.iter().map(tuple).collect::<PyResult<Vec<_>>>()?;
    Ok((owned(py, found.codes)?, PyList::new(py, values)?))
}

/// Every owner's number under each of the keys.
pub fn ints<'py>(
    py: Python<'py>,
    batch: &Batch,
    level: Level,
    keys: &[String],
    default: i64,
    bounds: Option<(i64, i64)>,
) -> Ints<'py> {
    let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
    let shape = (keys.len(), batch.n_owners(level)?);
    let int = |cell: &Cell| match cell.kind {
        INT | BOOL => cell.bits as i64,
        _ => default,
    };
    let (least, most) = bounds.unwrap_or((i64::MIN, i64::MAX));
    let is_within = |cell: &Cell| cell.kind == INT && (least..=most).contains(&(cell.bits as i64));
    let (values, kinds) = py.detach(|| {
        let mut cells = Vec::with_capacity(shape.0 * shape.1);
        for key in keys {
            cells.append(&mut batch.attribute(level, key)?);
        }
        let kinds = match cells.iter().all(is_within) {
            true => None,
            false => Some(cells.iter().map(|cell| cell.kind).collect()),
        };
        Ok::<_, Error>((cells.iter().map(int).collect(), kinds))
    })?;
    let kinds = kinds.map(|kinds: Vec<u8>| owned_table(py, shape, kinds)).transpose()?;
    Ok((owned_table(py, shape, values)?, kinds))
}

/// A read-only array of these rows.
pub fn owned_table<T: numpy::Element>(
    py: Python<'_>,
    shape: (usize, usize),
    values: Vec<T>,
) -> PyResult<Bound<'_, PyAny>> {
    let table =
        Array2::from_shape_vec(shape, values).map_err(|_| wrong("rows differ in length"))?;
    let array = PyArray2::from_owned_array(py, table);
    Ok(array.try_readwrite()?.make_nonwriteable().as_any().clone())
}
