//! `Redactor` and its reports.

use std::collections::HashMap;
use std::time::Instant;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NameError, StrDeserializer};
use spanloom_scan::place::{Location, Place, Role, Signal};
use spanloom_scan::rules::RuleError;
use spanloom_scan::value::Outcome;

use super::batch::PyBatch;
use super::errors::{self, wrong};
use crate::redact::{
    Audited, Engine, Failure, Report, Spotted, Summary, ValueKind, action_name, role_name,
    unscanned_name,
};

#[pyclass(frozen, name = "Redactor", module = "spanloom_native")]
pub struct PyRedactor {
    engine: Engine,
    drop_reason: String,
}

#[pymethods]
impl PyRedactor {
    #[new]
    #[pyo3(signature = (document, *, summary = "info", drop_reason = "redaction"))]
    fn new(py: Python<'_>, document: &[u8], summary: &str, drop_reason: &str) -> PyResult<Self> {
        let Some(summary) = Summary::from_name(summary) else {
            return Err(rule_error("summary must be silent, info or debug"));
        };
        let engine = py.detach(|| Engine::new(document, summary)).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(RuleError::to_string).collect();
            rule_error(&lines.join("\n"))
        })?;
        Ok(Self { engine, drop_reason: drop_reason.to_owned() })
    }

    #[getter]
    fn digest(&self) -> &str {
        self.engine.ruleset.digest()
    }

    #[getter]
    fn n_rules(&self) -> usize {
        self.engine.ruleset.rules.len()
    }

    #[getter]
    fn n_literals(&self) -> usize {
        self.engine.ruleset.n_literals()
    }

    #[getter]
    fn memory_bytes(&self) -> usize {
        self.engine.ruleset.memory_bytes()
    }

    #[pyo3(signature = (batch, *, audit = false))]
    fn redact(
        &self,
        py: Python<'_>,
        batch: &mut PyBatch,
        audit: bool,
    ) -> PyResult<PyRedactionReport> {
        let holder = batch.held_mut()?;
        let started = Instant::now();
        let report =
            py.detach(|| holder.redact(&self.engine, &self.drop_reason, audit)).map_err(failed)?;
        Ok(PyRedactionReport::new(&self.engine, &report, started.elapsed().as_secs_f64()))
    }

    #[pyo3(signature = (
        text, *, key = "", signal = "logs", location = "log.body", role = "none"
    ))]
    fn redact_text(
        &self,
        py: Python<'_>,
        text: &str,
        key: &str,
        signal: &str,
        location: &str,
        role: &str,
    ) -> PyResult<PyTextReport> {
        let place = Place {
            signal: named::<Signal>("signal", signal)?,
            location: named::<Location>("location", location)?,
            key: key.as_bytes(),
            role: named::<Role>("role", role)?,
        };
        let done = py.detach(|| self.engine.redact_text(text.as_bytes(), &place));
        let positions = characters_before(text, &done.spotted);
        let findings = done.spotted.iter().map(|one| PyFinding::new(&self.engine, one, &positions));
        PyTextReport::new(py, text, done.outcome, findings.collect())
    }
}

/// A name that rules use, too.
fn named<'de, T: Deserialize<'de>>(what: &str, name: &'de str) -> PyResult<T> {
    let name: StrDeserializer<'de, NameError> = name.into_deserializer();
    T::deserialize(name).map_err(|error| wrong(format!("{what}: {error}")))
}

fn rule_error(text: &str) -> PyErr {
    errors::RuleError::new_err(text.to_owned())
}

fn failed(failure: Failure) -> PyErr {
    match failure {
        Failure::Otlp(error) => error.into(),
        Failure::Defect => PyRuntimeError::new_err("redaction failed; the batch must not go on"),
    }
}

#[pyclass(frozen, name = "RedactionReport", module = "spanloom_native", get_all)]
pub struct PyRedactionReport {
    findings: HashMap<(String, &'static str), u64>,
    values: HashMap<&'static str, u64>,
    unscanned: HashMap<&'static str, u64>,
    dropped: HashMap<&'static str, u64>,
    keys: HashMap<&'static str, u64>,
    bytes_scanned: u64,
    seconds: f64,
    audit: Vec<(String, String, &'static str, String, Option<String>)>,
}

impl PyRedactionReport {
    fn new(engine: &Engine, report: &Report, seconds: f64) -> Self {
        let findings = report
            .findings
            .iter()
            .map(|(&(rule, action), &n)| ((engine.rule_id(rule).to_owned(), action), n));
        let values = ValueKind::ALL.iter().zip(&report.values).filter(|(_, n)| **n > 0);
        let audit = report.audit.iter().flatten();
        Self {
            findings: findings.collect(),
            values: values.map(|(kind, &n)| (kind.name(), n)).collect(),
            unscanned: report.unscanned.clone(),
            dropped: report.dropped.clone(),
            keys: report.keys.clone(),
            bytes_scanned: report.bytes_scanned,
            seconds,
            audit: audit.map(|one| audited(engine, one)).collect(),
        }
    }
}

fn audited(
    engine: &Engine,
    one: &Audited,
) -> (String, String, &'static str, String, Option<String>) {
    let trace_id = one.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = String::from_utf8_lossy(&one.key).into_owned();
    (trace_id, engine.rule_id(one.rule).to_owned(), one.action, key, one.tag.clone())
}

#[pyclass(frozen, name = "TextReport", module = "spanloom_native", get_all)]
pub struct PyTextReport {
    outcome: &'static str,
    text: String,
    reason: &'static str,
    findings: Py<PyList>,
}

impl PyTextReport {
    fn new(
        py: Python<'_>,
        text: &str,
        outcome: Outcome,
        findings: Vec<PyFinding>,
    ) -> PyResult<Self> {
        let (outcome, text, reason) = match outcome {
            Outcome::Unchanged => ("unchanged", text.to_owned(), ""),
            Outcome::Replaced(text) => {
                ("replaced", String::from_utf8_lossy(&text).into_owned(), "")
            }
            Outcome::DropAttribute => ("drop_attribute", String::new(), ""),
            Outcome::DropItem => ("drop_item", String::new(), ""),
            Outcome::Unscanned(reason) => {
                let text = String::from_utf8_lossy(crate::redact::UNSCANNED).into_owned();
                ("unscanned", text, unscanned_name(reason))
            }
        };
        let findings = PyList::new(py, findings)?.unbind();
        Ok(Self { outcome, text, reason, findings })
    }
}

#[pyclass(frozen, name = "Finding", module = "spanloom_native", get_all)]
pub struct PyFinding {
    rule: String,
    action: &'static str,
    score: i16,
    dry_run: bool,
    role: &'static str,
    message_index: Option<u32>,
    start: Option<usize>,
    end: Option<usize>,
}

/// Characters by bytes.
type Positions = HashMap<usize, usize>;

/// How many characters stand before each end of a finding; counted once, from the left.
fn characters_before(text: &str, spotted: &[Spotted]) -> Positions {
    let ranges = spotted.iter().filter_map(|one| one.range.as_ref());
    let mut bytes: Vec<usize> = ranges.flat_map(|range| [range.start, range.end]).collect();
    bytes.sort_unstable();
    bytes.dedup();
    let (mut at, mut n_chars) = (0, 0);
    let counted = bytes.into_iter().filter_map(|byte| {
        n_chars += text.get(at..byte)?.chars().count();
        at = byte;
        Some((byte, n_chars))
    });
    counted.collect()
}

impl PyFinding {
    fn new(engine: &Engine, spotted: &Spotted, positions: &Positions) -> Self {
        let told = &spotted.told;
        let range = spotted.range.as_ref();
        Self {
            rule: engine.rule_id(told.rule).to_owned(),
            action: action_name(told),
            score: spotted.score.map_or(-1, i16::from),
            dry_run: told.dry_run,
            role: role_name(told.role),
            message_index: told.message_index,
            start: range.and_then(|range| positions.get(&range.start).copied()),
            end: range.and_then(|range| positions.get(&range.end).copied()),
        }
    }
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyRedactor>()?;
    module.add_class::<PyRedactionReport>()?;
    module.add_class::<PyTextReport>()?;
    module.add_class::<PyFinding>()
}
