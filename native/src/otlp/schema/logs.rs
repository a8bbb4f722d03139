//! Logs: the items are log records.

use super::Kind::{Fixed32, Fixed64, Id, String, Uint32};
use super::common::{ANY_VALUE, INSTRUMENTATION_SCOPE, KEY_VALUE, RESOURCE};
use super::{Enum, Field, Kind, Message};

pub static SEVERITY_NUMBER: Enum = Enum {
    name: "opentelemetry.proto.logs.v1.SeverityNumber",
    values: &[
        "SEVERITY_NUMBER_UNSPECIFIED",
        "SEVERITY_NUMBER_TRACE",
        "SEVERITY_NUMBER_TRACE2",
        "SEVERITY_NUMBER_TRACE3",
        "SEVERITY_NUMBER_TRACE4",
        "SEVERITY_NUMBER_DEBUG",
        "SEVERITY_NUMBER_DEBUG2",
        "SEVERITY_NUMBER_DEBUG3",
        "SEVERITY_NUMBER_DEBUG4",
        "SEVERITY_NUMBER_INFO",
        "SEVERITY_NUMBER_INFO2",
        "SEVERITY_NUMBER_INFO3",
        "SEVERITY_NUMBER_INFO4",
        "SEVERITY_NUMBER_WARN",
        "SEVERITY_NUMBER_WARN2",
        "SEVERITY_NUMBER_WARN3",
        "SEVERITY_NUMBER_WARN4",
        "SEVERITY_NUMBER_ERROR",
        "SEVERITY_NUMBER_ERROR2",
        "SEVERITY_NUMBER_ERROR3",
        "SEVERITY_NUMBER_ERROR4",
        "SEVERITY_NUMBER_FATAL",
        "SEVERITY_NUMBER_FATAL2",
        "SEVERITY_NUMBER_FATAL3",
        "SEVERITY_NUMBER_FATAL4",
    ],
};

pub static REQUEST: Message = Message::envelope(
    "opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest",
    &[Field::many(1, "resource_logs", "resourceLogs", Kind::Message(&RESOURCE_LOGS))],
);

pub static RESOURCE_LOGS: Message = Message::envelope(
    "opentelemetry.proto.logs.v1.ResourceLogs",
    &[
        Field::one(1, "resource", "resource", Kind::Message(&RESOURCE)),
        Field::many(2, "scope_logs", "scopeLogs", Kind::Message(&SCOPE_LOGS)),
        Field::one(3, "schema_url", "schemaUrl", String),
    ],
);

pub static SCOPE_LOGS: Message = Message::envelope(
    "opentelemetry.proto.logs.v1.ScopeLogs",
    &[
        Field::one(1, "scope", "scope", Kind::Message(&INSTRUMENTATION_SCOPE)),
        Field::many(2, "log_records", "logRecords", Kind::Message(&LOG_RECORD)),
        Field::one(3, "schema_url", "schemaUrl", String),
    ],
);

pub static LOG_RECORD: Message = Message::item(
    "opentelemetry.proto.logs.v1.LogRecord",
    &[
        Field::one(1, "time_unix_nano", "timeUnixNano", Fixed64),
        Field::one(2, "severity_number", "severityNumber", Kind::Enum(&SEVERITY_NUMBER)),
        Field::one(3, "severity_text", "severityText", String),
        Field::one(5, "body", "body", Kind::Message(&ANY_VALUE)),
        Field::many(6, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(7, "dropped_attributes_count", "droppedAttributesCount", Uint32),
        Field::one(8, "flags", "flags", Fixed32),
        Field::one(9, "trace_id", "traceId", Id(16)),
        Field::one(10, "span_id", "spanId", Id(8)),
        Field::one(11, "observed_time_unix_nano", "observedTimeUnixNano", Fixed64),
        Field::one(12, "event_name", "eventName", String),
    ],
);
