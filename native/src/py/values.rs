//! Attribute values as they are given: Python's and numpy's.

use numpy::{PyArray1, PyArrayDescrMethods, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::any_value::{put_any, utf8};
use super::arrays::expect_length;
use super::errors::wrong;
use crate::otlp::batch::Batch;
use crate::otlp::value::{self, Cell};

/// What `set_attribute` was given, on the wire's terms.
pub enum Values<'a> {
    One(Cell),
    Each(Vec<Option<Cell>>),
    /// Of one kind.
    Numbers(u8, Vec<u64>),
    Coded(&'a Codes, Vec<Option<Cell>>),
}

/// Which of a list of values each owner gets; none where negative.
pub struct Codes {
    codes: Vec<i64>,
    max: i64,
}

impl Codes {
    /// Reads an array for `n` owners.
    pub fn new(codes: &Bound<'_, PyAny>, n: usize) -> PyResult<Self> {
        let array = codes.cast::<PyUntypedArray>().ok();
        let Some(array) = array.filter(|a| a.ndim() == 1 && b"iu".contains(&a.dtype().kind()))
        else {
            return Err(wrong("codes must be a one-dimensional array of ints"));
        };
        let codes = as_vec::<i64>(array, "int64")?;
        expect_length("codes", codes.len(), n)?;
        let max = codes.iter().copied().max().unwrap_or(-1);
        Ok(Self { codes, max })
    }
}

impl<'a> Values<'a> {
    /// Reads `value` for `n` owners; texts go to the batch's overlay.
    pub fn new(batch: &mut Batch, value: &Bound<'_, PyAny>, n: usize) -> PyResult<Self> {
        let (each, n_given) = if let Ok(array) = value.cast::<PyUntypedArray>() {
            (from_array(batch, array)?, array.len())
        } else if is_list(value) {
            let cells = from_list(batch, value)?;
            let n_given = cells.len();
            (Self::Each(cells), n_given)
        } else {
            let cell = cell(batch, value)?;
            return cell.map(Self::One).ok_or_else(|| wrong("a value of None changes nothing"));
        };
        expect_length("value", n_given, n)?;
        Ok(each)
    }

    /// Reads the values that codes stand for.
    pub fn coded(batch: &mut Batch, value: &Bound<'_, PyAny>, codes: &'a Codes) -> PyResult<Self> {
        let cells = from_list(batch, value)?;
        if codes.max >= cells.len() as i64 {
            return Err(wrong(format!("code {} is beyond the {} values", codes.max, cells.len())));
        }
        Ok(Self::Coded(codes, cells))
    }

    #[inline]
    pub fn get(&self, i: usize) -> Option<Cell> {
        match self {
            Self::One(cell) => Some(*cell),
            Self::Each(cells) => cells.get(i).copied().flatten(),
            Self::Numbers(kind, bits) => bits.get(i).map(|&bits| Cell::number(*kind, bits)),
            Self::Coded(codes, cells) => {
                let code = usize::try_from(*codes.codes.get(i)?).ok()?;
                cells.get(code).copied().flatten()
            }
        }
    }
}

/// Keys and their values; with codes, a list holds the values that they stand for.
pub fn of_mapping<'a>(
    batch: &mut Batch,
    values: &Bound<'_, PyDict>,
    codes: Option<&'a Codes>,
    n: usize,
) -> PyResult<(Vec<String>, Vec<Values<'a>>)> {
    let (mut keys, mut read) = (Vec::new(), Vec::new());
    for (key, value) in values.iter() {
        let Ok(key) = key.cast::<PyString>() else {
            return Err(wrong("the keys of a mapping must be strings"));
        };
        keys.push(utf8(key)?.into_owned());
        read.push(match codes {
            Some(codes) if is_list(&value) => Values::coded(batch, &value, codes)?,
            _ => Values::new(batch, &value, n)?,
        });
    }
    Ok((keys, read))
}

fn is_list(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>()
}

fn as_vec<T: numpy::Element + Copy>(
    array: &Bound<'_, PyUntypedArray>,
    dtype: &str,
) -> PyResult<Vec<T>> {
    if let Ok(array) = array.cast::<PyArray1<T>>() {
        return Ok(array.try_readonly()?.as_array().iter().copied().collect());
    }
    let converted = array.call_method1("astype", (dtype,))?;
    let converted = converted.cast::<PyArray1<T>>()?;
    Ok(converted.try_readonly()?.as_array().iter().copied().collect())
}

fn from_array<'a>(batch: &mut Batch, array: &Bound<'_, PyUntypedArray>) -> PyResult<Values<'a>> {
    if array.ndim() != 1 {
        return Err(wrong("an array of values must have one dimension"));
    }
    match array.dtype().kind() {
        b'b' => Ok(numbers(value::BOOL, as_vec::<bool>(array, "bool")?, u64::from)),
        b'i' => Ok(numbers(value::INT, as_vec::<i64>(array, "int64")?, |v| v as u64)),
        b'f' => Ok(numbers(value::DOUBLE, as_vec::<f64>(array, "float64")?, f64::to_bits)),
        b'u' => {
            let values = as_vec::<u64>(array, "uint64")?;
            if values.iter().any(|&value| value > i64::MAX as u64) {
                return Err(wrong("an int does not fit into 64 bits"));
            }
            Ok(numbers(value::INT, values, |v| v))
        }
        _ => Ok(Values::Each(from_list(batch, &array.call_method0("tolist")?)?)),
    }
}

fn numbers<'a, T>(kind: u8, values: Vec<T>, bits: impl Fn(T) -> u64) -> Values<'a> {
    Values::Numbers(kind, values.into_iter().map(bits).collect())
}

fn from_list(batch: &mut Batch, values: &Bound<'_, PyAny>) -> PyResult<Vec<Option<Cell>>> {
    if values.is_instance_of::<PyString>() {
        return Err(wrong("values must be a sequence of values, not one string"));
    }
    let mut cells = Vec::with_capacity(values.len().unwrap_or_default());
    for value in values.try_iter()? {
        cells.push(cell(batch, &value?)?);
    }
    Ok(cells)
}

/// One value as a cell, its text in the overlay; None for None.
pub fn cell(batch: &mut Batch, value: &Bound<'_, PyAny>) -> PyResult<Option<Cell>> {
    if value.is_none() {
        return Ok(None);
    }
    if let Ok(text) = value.cast::<PyString>() {
        let text = utf8(text)?;
        let slice = batch.push(|out| out.extend_from_slice(text.as_bytes()))?;
        return Ok(Some(Cell::range(value::STRING, slice, true)));
    }
    let mut payload = Vec::new();
    put_any(&mut payload, value, 0)?;
    let slice = batch.push(|out| out.extend_from_slice(&payload))?;
    let (start, end) = (slice.offset as usize, slice.offset as usize + slice.len as usize);
    Ok(Some(value::parse(batch.overlay(), start, end, true)?))
}
