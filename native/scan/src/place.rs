//! Where in the telemetry a value stands.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    Traces,
    Logs,
    Metrics,
}

/// Names as rules give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Location {
    #[serde(rename = "resource")]
    Resource,
    #[serde(rename = "scope")]
    Scope,
    #[serde(rename = "span.name")]
    SpanName,
    #[serde(rename = "span.status")]
    SpanStatus,
    #[serde(rename = "span.attributes")]
    SpanAttributes,
    /// Anything else of a span: its trace state.
    #[serde(rename = "span.other")]
    SpanOther,
    #[serde(rename = "span.events")]
    SpanEvents,
    #[serde(rename = "span.links")]
    SpanLinks,
    #[serde(rename = "log.body")]
    LogBody,
    #[serde(rename = "log.attributes")]
    LogAttributes,
    /// Severity text and event name.
    #[serde(rename = "log.other")]
    LogOther,
    /// Name, unit, description and metadata of a metric.
    #[serde(rename = "metric")]
    Metric,
    #[serde(rename = "metric.datapoint")]
    MetricDatapoint,
    #[serde(rename = "metric.exemplar")]
    MetricExemplar,
}

/// Who says it, in a chat message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Not in a message, or nobody's.
    #[default]
    None,
    System,
    User,
    Assistant,
    Tool,
}

impl Role {
    /// `developer` is System, `model` and `ai` are Assistant, `function` is Tool, `human` is User.
    pub fn from_name(name: &[u8]) -> Self {
        let is = |names: &[&[u8]]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        if is(&[b"user", b"human"]) {
            Self::User
        } else if is(&[b"assistant", b"model", b"ai"]) {
            Self::Assistant
        } else if is(&[b"system", b"developer"]) {
            Self::System
        } else if is(&[b"tool", b"function"]) {
            Self::Tool
        } else {
            Self::None
        }
    }
}

/// Where one value stands. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub signal: Signal,
    pub location: Location,
    /// The attribute's key; the field's name where it is no attribute. Inside a map the keys
    /// from the outside in, joined by dots.
    pub key: &'a [u8],
    pub role: Role,
}
