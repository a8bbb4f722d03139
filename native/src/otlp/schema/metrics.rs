//! Metrics: the items are data points.

use super::Kind::{Bool, Double, Fixed64, Id, Sfixed64, Sint32, String, Uint32, Uint64};
use super::common::{INSTRUMENTATION_SCOPE, KEY_VALUE, RESOURCE};
use super::{Enum, Field, Kind, Message};

pub static AGGREGATION_TEMPORALITY: Enum = Enum {
    name: "opentelemetry.proto.metrics.v1.AggregationTemporality",
    values: &[
        "AGGREGATION_TEMPORALITY_UNSPECIFIED",
        "AGGREGATION_TEMPORALITY_DELTA",
        "AGGREGATION_TEMPORALITY_CUMULATIVE",
    ],
};

pub static REQUEST: Message = Message::envelope(
    "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest",
    &[Field::many(1, "resource_metrics", "resourceMetrics", Kind::Message(&RESOURCE_METRICS))],
);

pub static RESOURCE_METRICS: Message = Message::envelope(
    "opentelemetry.proto.metrics.v1.ResourceMetrics",
    &[
        Field::one(1, "resource", "resource", Kind::Message(&RESOURCE)),
        Field::many(2, "scope_metrics", "scopeMetrics", Kind::Message(&SCOPE_METRICS)),
        Field::one(3, "schema_url", "schemaUrl", String),
    ],
);

pub static SCOPE_METRICS: Message = Message::envelope(
    "opentelemetry.proto.metrics.v1.ScopeMetrics",
    &[
        Field::one(1, "scope", "scope", Kind::Message(&INSTRUMENTATION_SCOPE)),
        Field::many(2, "metrics", "metrics", Kind::Message(&METRIC)),
        Field::one(3, "schema_url", "schemaUrl", String),
    ],
);

pub static METRIC: Message = Message::envelope(
    "opentelemetry.proto.metrics.v1.Metric",
    &[
        Field::one(1, "name", "name", String),
        Field::one(2, "description", "description", String),
        Field::one(3, "unit", "unit", String),
        Field::one(5, "gauge", "gauge", Kind::Message(&GAUGE)).one_of("data"),
        Field::one(7, "sum", "sum", Kind::Message(&SUM)).one_of("data"),
        Field::one(9, "histogram", "histogram", Kind::Message(&HISTOGRAM)).one_of("data"),
        Field::one(
            10,
            "exponential_histogram",
            "exponentialHistogram",
            Kind::Message(&EXPONENTIAL_HISTOGRAM),
        )
        .one_of("data"),
        Field::one(11, "summary", "summary", Kind::Message(&SUMMARY)).one_of("data"),
        Field::many(12, "metadata", "metadata", Kind::Message(&KEY_VALUE)),
    ],
);

pub static GAUGE: Message = Message::envelope(
    "opentelemetry.proto.metrics.v1.Gauge",
    &[Field::many(1, "data_points", "dataPoints", Kind::Message(&NUMBER_DATA_POINT))],
);

pub static NUMBER_DATA_POINT: Message = Message::item(
    "opentelemetry.proto.metrics.v1.NumberDataPoint",
    &[
        Field::one(2, "start_time_unix_nano", "startTimeUnixNano", Fixed64),
        Field::one(3, "time_unix_nano", "timeUnixNano", Fixed64),
        Field::one(4, "as_double", "asDouble", Double).one_of("value"),
        Field::many(5, "exemplars", "exemplars", Kind::Message(&EXEMPLAR)),
        Field::one(6, "as_int", "asInt", Sfixed64).one_of("value"),
        Field::many(7, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(8, "flags", "flags", Uint32),
    ],
);

pub static EXEMPLAR: Message = Message::part(
    "opentelemetry.proto.metrics.v1.Exemplar",
    &[
        Field::one(2, "time_unix_nano", "timeUnixNano", Fixed64),
        Field::one(3, "as_double", "asDouble", Double).one_of("value"),
        Field::one(4, "span_id", "spanId", Id(8)),
        Field::one(5, "trace_id", "traceId", Id(16)),
        Field::one(6, "as_int", "asInt", Sfixed64).one_of("value"),
        Field::many(7, "filtered_attributes", "filteredAttributes", Kind::Message(&KEY_VALUE)),
    ],
);

pub static SUM: Message = Message::envelope(
    "opentelemetry.proto.metrics.v1.Sum",
    &[
        Field::many(1, "data_points", "dataPoints", Kind::Message(&NUMBER_DATA_POINT)),
        Field::one(
            2,
            "aggregation_temporality",
            "aggregationTemporality",
            Kind::Enum(&AGGREGATION_TEMPORALITY),
        ),
        Field::one(3, "is_monotonic", "isMonotonic", Bool),
    ],
);

pub static HISTOGRAM: Message = Message::envelope(
    "opentelemetry.proto.metrics.v1.Histogram",
    &[
        Field::many(1, "data_points", "dataPoints", Kind::Message(&HISTOGRAM_DATA_POINT)),
        Field::one(
            2,
            "aggregation_temporality",
            "aggregationTemporality",
            Kind::Enum(&AGGREGATION_TEMPORALITY),
        ),
    ],
);

pub static HISTOGRAM_DATA_POINT: Message = Message::item(
    "opentelemetry.proto.metrics.v1.HistogramDataPoint",
    &[
        Field::one(2, "start_time_unix_nano", "startTimeUnixNano", Fixed64),
        Field::one(3, "time_unix_nano", "timeUnixNano", Fixed64),
        Field::one(4, "count", "count", Fixed64),
        Field::one(5, "sum", "sum", Double).optional(),
        Field::many(6, "bucket_counts", "bucketCounts", Fixed64),
        Field::many(7, "explicit_bounds", "explicitBounds", Double),
        Field::many(8, "exemplars", "exemplars", Kind::Message(&EXEMPLAR)),
        Field::many(9, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(10, "flags", "flags", Uint32),
        Field::one(11, "min", "min", Double).optional(),
        Field::one(12, "max", "max", Double).optional(),
    ],
);

pub static EXPONENTIAL_HISTOGRAM: Message = Message::envelope(
    "opentelemetry.proto.metrics.v1.ExponentialHistogram",
    &[
        Field::many(
            1,
            "data_points",
            "dataPoints",
            Kind::Message(&EXPONENTIAL_HISTOGRAM_DATA_POINT),
        ),
        Field::one(
            2,
            "aggregation_temporality",
            "aggregationTemporality",
            Kind::Enum(&AGGREGATION_TEMPORALITY),
        ),
    ],
);

pub static EXPONENTIAL_HISTOGRAM_DATA_POINT: Message = Message::item(
    "opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint",
    &[
        Field::many(1, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(2, "start_time_unix_nano", "startTimeUnixNano", Fixed64),
        Field::one(3, "time_unix_nano", "timeUnixNano", Fixed64),
        Field::one(4, "count", "count", Fixed64),
        Field::one(5, "sum", "sum", Double).optional(),
        Field::one(6, "scale", "scale", Sint32),
        Field::one(7, "zero_count", "zeroCount", Fixed64),
        Field::one(8, "positive", "positive", Kind::Message(&BUCKETS)),
        Field::one(9, "negative", "negative", Kind::Message(&BUCKETS)),
        Field::one(10, "flags", "flags", Uint32),
        Field::many(11, "exemplars", "exemplars", Kind::Message(&EXEMPLAR)),
        Field::one(12, "min", "min", Double).optional(),
        Field::one(13, "max", "max", Double).optional(),
        Field::one(14, "zero_threshold", "zeroThreshold", Double),
    ],
);

pub static BUCKETS: Message = Message::part(
    "opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets",
    &[
        Field::one(1, "offset", "offset", Sint32),
        Field::many(2, "bucket_counts", "bucketCounts", Uint64),
    ],
);

pub static SUMMARY: Message = Message::envelope(
    "opentelemetry.proto.metrics.v1.Summary",
    &[Field::many(1, "data_points", "dataPoints", Kind::Message(&SUMMARY_DATA_POINT))],
);

pub static SUMMARY_DATA_POINT: Message = Message::item(
    "opentelemetry.proto.metrics.v1.SummaryDataPoint",
    &[
        Field::one(2, "start_time_unix_nano", "startTimeUnixNano", Fixed64),
        Field::one(3, "time_unix_nano", "timeUnixNano", Fixed64),
        Field::one(4, "count", "count", Fixed64),
        Field::one(5, "sum", "sum", Double),
        Field::many(6, "quantile_values", "quantileValues", Kind::Message(&VALUE_AT_QUANTILE)),
        Field::many(7, "attributes", "attributes", Kind::Message(&KEY_VALUE)),
        Field::one(8, "flags", "flags", Uint32),
    ],
);

pub static VALUE_AT_QUANTILE: Message = Message::part(
    "opentelemetry.proto.metrics.v1.SummaryDataPoint.ValueAtQuantile",
    &[Field::one(1, "quantile", "quantile", Double), Field::one(2, "value", "value", Double)],
);
