//! Sampling: randomness of ids, and the tracestates that tell it.

use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::arrays::{Where, expect_length};
use super::errors::wrong;
use super::signals::PyTraces;
use crate::sampling::{self, Ids, Source, State};

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyRandomness>()?;
    module.add_function(wrap_pyfunction!(set_sampling_state, module)?)
}

#[pyclass(frozen, name = "Randomness", module = "spanloom_native")]
pub struct PyRandomness(Source);

type Drawn<'py> = (Bound<'py, PyArray1<u64>>, Option<Bound<'py, PyArray1<bool>>>);

#[pymethods]
impl PyRandomness {
    #[new]
    #[pyo3(signature = (source, *, seed = 0))]
    fn new(source: &str, seed: u32) -> PyResult<Self> {
        let source = match source {
            "low56" => Source::Low56,
            "fnv1a" => Source::fnv1a(seed),
            "sha256" => Source::Sha256,
            "sha256_hex" => Source::Sha256Hex,
            _ => return Err(PyValueError::new_err("there is no such source of randomness")),
        };
        Ok(Self(source))
    }

    fn of_ids<'py>(&self, py: Python<'py>, ids: PyReadonlyArray2<'py, u8>) -> PyResult<Drawn<'py>> {
        let width = ids.shape().last().copied().unwrap_or_default();
        let ids = ids.as_slice().map_err(|_| wrong("ids must lie one after the other"))?;
        let (drawn, empty) = py.detach(|| self.0.of_ids(ids, width));
        let empty = empty.map(|empty| PyArray1::from_vec(py, empty));
        Ok((PyArray1::from_vec(py, drawn), empty))
    }

    fn of_bytes(&self, py: Python<'_>, data: &[u8]) -> u64 {
        py.detach(|| self.0.of(data))
    }

    #[pyo3(signature = (batch, threshold, state, *, reason, of_span_ids = false))]
    fn sample(
        &self,
        py: Python<'_>,
        mut batch: PyRefMut<'_, PyTraces>,
        threshold: u64,
        state: Option<&str>,
        reason: &str,
        of_span_ids: bool,
    ) -> PyResult<Option<usize>> {
        let holder = batch.as_super().held_mut()?;
        let ids = if of_span_ids { Ids::Span } else { Ids::Trace };
        let drawn = py.detach(|| sampling::draw_plain(&holder.batch, self.0, ids))?;
        let Some(mut drawn) = drawn else { return Ok(None) };
        let kept: Vec<bool> = drawn.iter().map(|&randomness| randomness >= threshold).collect();
        drawn.retain(|&randomness| randomness >= threshold);
        holder.keep(&kept, reason);
        match (state, self.0) {
            (Some(text), Source::Low56) => sampling::tell(&mut holder.batch, text)?,
            (Some(text), _) => {
                let state = State::new(text);
                let spans = drawn.iter().enumerate().map(|(i, &drawn)| (i, &state, drawn));
                sampling::tell_each(&mut holder.batch, spans)?;
            }
            (None, _) => {}
        }
        Ok(Some(drawn.len()))
    }
}

#[pyfunction]
#[pyo3(signature = (batch, randomness, thresholds, codes, *, r#where = None))]
fn set_sampling_state(
    mut batch: PyRefMut<'_, PyTraces>,
    randomness: PyReadonlyArray1<'_, u64>,
    thresholds: Vec<String>,
    codes: PyReadonlyArray1<'_, i64>,
    r#where: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let batch = &mut batch.as_super().held_mut()?.batch;
    expect_length("randomness", randomness.len(), batch.len())?;
    expect_length("codes", codes.len(), batch.len())?;
    let mask = Where::new(r#where, batch.len())?;
    let states: Vec<State> = thresholds.iter().map(|text| State::new(text)).collect();
    let (randomness, codes) = (randomness.as_array(), codes.as_array());
    let state = |code: i64| usize::try_from(code).ok().and_then(|code| states.get(code));
    if codes.iter().any(|&code| state(code).is_none()) {
        return Err(wrong("a code is beyond the thresholds"));
    }
    let spans = randomness.iter().zip(codes).enumerate().filter(|&(i, _)| mask.is_on(i));
    let spans = spans.filter_map(|(i, (&drawn, &code))| Some((i, state(code)?, drawn)));
    Ok(sampling::tell_each(batch, spans)?)
}
