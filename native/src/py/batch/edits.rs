//! Attributes of a batch, changed.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::PyBatch;
use crate::otlp::batch::Level;
use crate::py::arrays::Where;
use crate::py::values::{self, Codes, Values};

/// Where an edit applies, and which of the given values goes where: the `level`, `where` and
/// `codes` of a method.
pub struct Target {
    level: Level,
    n_owners: usize,
    mask: Where,
    codes: Option<Codes>,
}

impl Target {
    pub fn new(
        batch: &PyBatch,
        level: &str,
        mask: Option<&Bound<'_, PyAny>>,
        codes: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let level = batch.level(level)?;
        let n_owners = batch.held()?.batch.n_owners(level)?;
        let mask = Where::new(mask, n_owners)?;
        let codes = codes.map(|codes| Codes::new(codes, n_owners)).transpose()?;
        Ok(Self { level, n_owners, mask, codes })
    }

    pub fn set(
        &self,
        py: Python<'_>,
        batch: &mut PyBatch,
        key: &str,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let batch = &mut batch.held_mut()?.batch;
        let values = match &self.codes {
            Some(codes) => Values::coded(batch, value, codes)?,
            None => Values::new(batch, value, self.n_owners)?,
        };
        let (keys, mask) = ([key.as_bytes()], self.mask.as_mask());
        Ok(py.detach(|| batch.set_attributes(self.level, &keys, mask, |_, i| values.get(i)))?)
    }

    pub fn set_several(
        &self,
        py: Python<'_>,
        batch: &mut PyBatch,
        values: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        let (batch, codes) = (&mut batch.held_mut()?.batch, self.codes.as_ref());
        let (keys, values) = values::of_mapping(batch, values, codes, self.n_owners)?;
        let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
        let (mask, value) = (self.mask.as_mask(), |k: usize, i| values.get(k)?.get(i));
        Ok(py.detach(|| batch.set_attributes(self.level, &keys, mask, value))?)
    }

    pub fn remove(&self, batch: &mut PyBatch, key: &str) -> PyResult<()> {
        let batch = &mut batch.held_mut()?.batch;
        Ok(batch.remove_attribute(self.level, key.as_bytes(), self.mask.as_mask())?)
    }

    pub fn rename(
        &self,
        batch: &mut PyBatch,
        (old, new): (&str, &str),
        overwrite: bool,
    ) -> PyResult<()> {
        let (batch, names) = (&mut batch.held_mut()?.batch, (old.as_bytes(), new.as_bytes()));
        Ok(batch.rename_attribute(self.level, names, self.mask.as_mask(), overwrite)?)
    }
}
