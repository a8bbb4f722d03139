//! Traces: the items are spans.

use super::Kind::{Fixed32, Fixed64, Id, RequiredId, String, Uint32};
use super::common::{INSTRUMENTATION_SCOPE, KEY_VALUE, RESOURCE};
use super::{Enum, Field, Kind, Message};

pub static SPAN_KIND: Enum = Enum {
    name: "opentelemetry.proto.trace.v1.Span.SpanKind",
    values: &[
        "SPAN_KIND_UNSPECIFIED",
        "SPAN_KIND_INTERNAL",
        "SPAN_KIND_SERVER",
        "SPAN_KIND_CLIENT",
        "SPAN_KIND_PRODUCER",
        "SPAN_KIND_CONSUMER",
    ],
};

pub static STATUS_CODE: Enum = Enum {
    name: "opentelemetry.proto.trace.v1.Status.StatusCode",
    values: &["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"],
};

pub static REQUEST: Message = Message::envelope(
    "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest",
    &[Field::many(1, "resource_spans", "resourceSpans", Kind::Message(&RESOURCE_SPANS))],
);

pub static RESOURCE_SPANS: Message = Message::envelope(
    "opentelemetry.proto.trace.v1.ResourceSpans",
    &[
        Field::one(1, "resource", "resource", Kind::Message(&RESOURCE)),
        Field::many(2, "scope_spans", "scopeSpans", Kind::Message(&SCOPE_SPANS)),
        Field::one(3, "schema_url", "schemaUrl", String),
    ],
);

pub static SCOPE_SPANS: Message = Message::envelope(
    "opentelemetry.proto.trace.v1.ScopeSpans",
    &[
        Field::one(1, "scope", "scope", Kind::Message(&INSTRUMENTATION_SCOPE)),
        Field::many(2, "spans", "spans", Kind::Message(&SPAN)),
        Field::one(3, "schema_url", "schemaUrl", String),
    ],
);

pub static SPAN: Message = Message::item(
    "opentelemetry.proto.trace.v1.Span",
    &[
        Field::one(1, "trace_id", "traceId", RequiredId(16)),
        Field::one(2, "span_id", "spanId", RequiredId(8)),
        Field::one(3, "trace_state", "traceState", String),
        Field::one(4, "parent_span_id", "parentSpanId", Id(8)),
        Field::one(5, "name", "name", String),
        Field::one(6, "kind", "kind", Kind::Enum(&SPAN_KIND)),
        Field::one(7, "start_time_unix_nano", "startTimeUnixNano", Fixed64),
        Field::one(8, "end_time_unix_nano", "endTimeUnixNano", Fixed64),
        Field::many(9, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(10, "dropped_attributes_count", "droppedAttributesCount", Uint32),
        Field::many(11, "events", "events", Kind::Message(&EVENT)),
        Field::one(12, "dropped_events_count", "droppedEventsCount", Uint32),
        Field::many(13, "links", "links", Kind::Message(&LINK)),
        Field::one(14, "dropped_links_count", "droppedLinksCount", Uint32),
        Field::one(15, "status", "status", Kind::Message(&STATUS)),
        Field::one(16, "flags", "flags", Fixed32),
    ],
);

pub static EVENT: Message = Message::part(
    "opentelemetry.proto.trace.v1.Span.Event",
    &[
        Field::one(1, "time_unix_nano", "timeUnixNano", Fixed64),
        Field::one(2, "name", "name", String),
        Field::many(3, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(4, "dropped_attributes_count", "droppedAttributesCount", Uint32),
    ],
);

pub static LINK: Message = Message::part(
    "opentelemetry.proto.trace.v1.Span.Link",
    &[
        Field::one(1, "trace_id", "traceId", Id(16)),
        Field::one(2, "span_id", "spanId", Id(8)),
        Field::one(3, "trace_state", "traceState", String),
        Field::many(4, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(5, "dropped_attributes_count", "droppedAttributesCount", Uint32),
        Field::one(6, "flags", "flags", Fixed32),
    ],
);

pub static STATUS: Message = Message::part(
    "opentelemetry.proto.trace.v1.Status",
    &[
        Field::one(2, "message", "message", String),
        Field::one(3, "code", "code", Kind::Enum(&STATUS_CODE)),
    ],
);
