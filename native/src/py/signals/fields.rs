//! Text fields of items and metrics, read as columns and written anew.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::otlp::batch::{Batch, Kept, positions};
use crate::otlp::value::{ABSENT, Cell};
use crate::otlp::walk::Slice;
use crate::py::any_value::utf8;
use crate::py::arrays::{Where, expect_length};
use crate::py::batch::PyBatch;
use crate::py::column::PyColumn;
use crate::py::errors::wrong;

/// A text field as a column. Protobuf knows no difference between empty and absent.
pub fn text_column(batch: &PyBatch, number: u32, slices: &[Slice]) -> PyResult<PyColumn> {
    let batch = &batch.held()?.batch;
    let mut cells = batch.text(number, slices);
    for cell in cells.iter_mut().filter(|cell| cell.slice().len == 0) {
        cell.kind = ABSENT;
    }
    Ok(PyColumn::new(batch, cells))
}

/// Texts given for `n` owners: one for all, or one each with None for "leave alone".
pub enum Texts {
    One(String),
    Each(Vec<Option<String>>),
}

impl Texts {
    pub fn new(value: &Bound<'_, PyAny>, n: usize) -> PyResult<Self> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(Self::One(utf8(text)?.into_owned()));
        }
        let mut texts = Vec::new();
        for text in value.try_iter()? {
            let text = text?;
            texts.push(match text.cast::<PyString>() {
                Ok(text) => Some(utf8(text)?.into_owned()),
                Err(_) if text.is_none() => None,
                Err(_) => return Err(wrong("texts must be strings or None")),
            });
        }
        expect_length("value", texts.len(), n)?;
        Ok(Self::Each(texts))
    }

    fn get(&self, i: usize) -> Option<&str> {
        match self {
            Self::One(text) => Some(text),
            Self::Each(texts) => texts.get(i)?.as_deref(),
        }
    }
}

/// Writes text field `number` of the masked owners anew. `kept` are the owners among all `n`.
pub fn set_texts(
    batch: &mut Batch,
    number: u32,
    (kept, n): (&Kept, usize),
    value: &Bound<'_, PyAny>,
    mask: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let owners: Vec<usize> = positions(kept, n).collect();
    let texts = Texts::new(value, owners.len())?;
    let mask = Where::new(mask, owners.len())?;
    let shared = match &texts {
        Texts::One(text) => Some(batch.push_text(number, Some(text.as_bytes()))?),
        Texts::Each(_) => None,
    };
    let mut edits = Vec::new();
    for (i, owner) in owners.into_iter().enumerate().filter(|&(i, _)| mask.is_on(i)) {
        let slice = match (shared, texts.get(i)) {
            (Some(slice), _) => slice,
            (None, Some(text)) => batch.push_text(number, Some(text.as_bytes()))?,
            (None, None) => continue,
        };
        edits.push((owner, slice));
    }
    batch.set_field(number, n, &edits);
    Ok(())
}

/// Positions and encoded fields of the masked items, for fields that are no plain text.
pub fn masked_edits(
    batch: &mut Batch,
    mask: Option<&Bound<'_, PyAny>>,
    mut encode: impl FnMut(&mut Batch, usize) -> PyResult<Option<Slice>>,
) -> PyResult<Vec<(usize, Slice)>> {
    let owners: Vec<usize> = positions(&batch.kept, batch.core.n_items).collect();
    let mask = Where::new(mask, owners.len())?;
    let mut edits = Vec::new();
    for (i, owner) in owners.into_iter().enumerate().filter(|&(i, _)| mask.is_on(i)) {
        if let Some(slice) = encode(batch, i)? {
            edits.push((owner, slice));
        }
    }
    Ok(edits)
}

/// A column of cells as they are.
pub fn column(batch: &PyBatch, cells: Vec<Cell>) -> PyResult<PyColumn> {
    Ok(PyColumn::new(&batch.held()?.batch, cells))
}
