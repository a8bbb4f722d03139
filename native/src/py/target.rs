//! Where an edit applies, and which of the given values goes where.

use pyo3::prelude::*;

use super::arrays::Where;
use super::batch::PyBatch;
use super::values::Codes;
use crate::otlp::batch::Level;
use crate::otlp::edit::Mask;

/// The `level`, `where` and `codes` that a method was given.
pub struct Target {
    pub level: Level,
    pub n_owners: usize,
    mask: Where,
    pub codes: Option<Codes>,
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

    pub fn mask(&self) -> Mask<'_> {
        self.mask.as_mask()
    }
}
