"""Requests shaped like the telemetry of AI inference, as protobuf messages.

All content is made of counters, so two calls with the same arguments give equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, SeverityNumber
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE, Metric
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

START_UNIX_NANO = 1_700_000_000_000_000_000
MODELS = ("llama-3.1-70b-instruct", "mistral-small-24b", "qwen2.5-32b")
SECOND_NS = 1_000_000_000
_WORDS = "the quick brown model answers every careful question about memory bandwidth "
# Where in the ids the trace's number stands, so that ids of different seeds differ.
_TRACES_PER_SEED = 1 << 32
# bool before int, because a bool is an int too.
_FIELDS: dict[type, str] = {
    bool: "bool_value",
    str: "string_value",
    int: "int_value",
    float: "double_value",
    bytes: "bytes_value",
}


def any_value(value: Any) -> AnyValue:
    """The protobuf form of a str, bool, int, float, bytes, list, dict or None."""
    if value is None:
        return AnyValue()
    for kind, field in _FIELDS.items():
        if isinstance(value, kind):
            scalar = AnyValue()
            setattr(scalar, field, value)
            return scalar
    return _nested(value)


def _nested(value: Any) -> AnyValue:
    nested = AnyValue()
    if isinstance(value, Mapping):
        nested.kvlist_value.values.extend(key_values(value))
        nested.kvlist_value.SetInParent()
    else:
        nested.array_value.values.extend(any_value(v) for v in value)
        nested.array_value.SetInParent()
    return nested


def key_values(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Attributes in their protobuf form."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def build_traces(  # noqa: PLR0913 - all but the first by name
    n_spans: int = 3,
    *,
    n_resources: int = 1,
    content_bytes: int = 300,
    attributes: Mapping[str, Any] | None = None,
    resource_attributes: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> ExportTraceServiceRequest:
    """Spans of chat calls with 11 attributes, about 1 KB each at the default size.

    Args:
        n_spans: in all; they go round the resources.
        n_resources: resources, each with one scope; `service.name` is `inference-<i>`.
        content_bytes: length of the prompt and of the answer, each.
        attributes: set on every span on top of the usual ones.
        resource_attributes: set on every resource on top of the usual ones.
        seed: ids of different seeds differ.
    """
    request = ExportTraceServiceRequest()
    groups = []
    for index in range(n_resources):
        resource_spans = request.resource_spans.add(
            resource=_resource(index, resource_attributes), schema_url=_SCHEMA_URL
        )
        groups.append(resource_spans.scope_spans.add(scope=_scope()))
    for index in range(n_spans):
        span = _span(index, seed, content_bytes)
        _override(span.attributes, attributes)
        groups[index % n_resources].spans.append(span)
    return request


def build_logs(
    n_records: int = 3,
    *,
    n_resources: int = 1,
    attributes: Mapping[str, Any] | None = None,
    resource_attributes: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> ExportLogsServiceRequest:
    """Log records; severities go round INFO, WARN, ERROR, bodies are `request <i> finished`."""
    request = ExportLogsServiceRequest()
    groups = []
    for index in range(n_resources):
        resource_logs = request.resource_logs.add(resource=_resource(index, resource_attributes))
        groups.append(resource_logs.scope_logs.add(scope=_scope()))
    for index in range(n_records):
        record = _log_record(index, seed)
        _override(record.attributes, attributes)
        groups[index % n_resources].log_records.append(record)
    return request


def build_metrics(
    n_points: int = 3,
    *,
    n_resources: int = 1,
    attributes: Mapping[str, Any] | None = None,
    resource_attributes: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> ExportMetricsServiceRequest:
    """A gauge, a sum and a histogram per resource; the points go round the metrics."""
    request = ExportMetricsServiceRequest()
    metrics: list[Metric] = []
    for index in range(n_resources):
        resource_metrics = request.resource_metrics.add(
            resource=_resource(index, resource_attributes)
        )
        scope_metrics = resource_metrics.scope_metrics.add(scope=_scope())
        scope_metrics.metrics.extend(_metrics())
        metrics.extend(scope_metrics.metrics)
    for index in range(n_points):
        point = _add_point(metrics[index % len(metrics)], index, seed)
        _override(point.attributes, attributes)
    return request


_SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"


def _resource(index: int, attributes: Mapping[str, Any] | None) -> Resource:
    resource = Resource(
        attributes=key_values(
            {
                "service.name": f"inference-{index}",
                "service.instance.id": f"inference-{index}-0",
                "deployment.environment.name": "production",
                "telemetry.sdk.language": "python",
            }
        )
    )
    _override(resource.attributes, attributes)
    return resource


def _scope() -> InstrumentationScope:
    return InstrumentationScope(name="opentelemetry.instrumentation.openai_v2", version="2.1b0")


def _span(index: int, seed: int, content_bytes: int) -> Span:
    model = MODELS[index % len(MODELS)]
    start = START_UNIX_NANO + index * 1_000_000
    span = Span(
        trace_id=(seed * _TRACES_PER_SEED + index // 4 + 1).to_bytes(16, "big"),
        span_id=(seed * _TRACES_PER_SEED + index + 1).to_bytes(8, "big"),
        name=f"chat {model}",
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=start,
        end_time_unix_nano=start + SECOND_NS,
        attributes=key_values(_genai_attributes(index, model, content_bytes)),
    )
    if index % 4:
        span.parent_span_id = (seed * _TRACES_PER_SEED + index - index % 4 + 1).to_bytes(8, "big")
    return span


def _genai_attributes(index: int, model: str, content_bytes: int) -> dict[str, Any]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "vllm",
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.response.id": f"chatcmpl-{index:08d}",
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.usage.input_tokens": 100 + index,
        "gen_ai.usage.output_tokens": 20 + index,
        "gen_ai.input.messages": _text("user", content_bytes),
        "gen_ai.output.messages": _text("assistant", content_bytes),
    }


def _text(role: str, n_bytes: int) -> str:
    head = f'[{{"role":"{role}","parts":[{{"type":"text","content":"'
    words = _WORDS * (n_bytes // len(_WORDS) + 1)
    return head + words[: max(0, n_bytes - len(head) - 5)] + '"}]}]'


def _log_record(index: int, seed: int) -> LogRecord:
    severity = (9, 13, 17)[index % 3]
    return LogRecord(
        time_unix_nano=START_UNIX_NANO + index * 1_000_000,
        observed_time_unix_nano=START_UNIX_NANO + index * 1_000_000 + 1,
        severity_number=SeverityNumber.ValueType(severity),
        severity_text={9: "INFO", 13: "WARN", 17: "ERROR"}[severity],
        body=any_value(f"request {index} finished"),
        trace_id=(seed * _TRACES_PER_SEED + index + 1).to_bytes(16, "big"),
        span_id=(seed * _TRACES_PER_SEED + index + 1).to_bytes(8, "big"),
        attributes=key_values({"gen_ai.request.model": MODELS[index % len(MODELS)], "n": index}),
    )


def _metrics() -> list[Metric]:
    gauge = Metric(name="vllm.requests.running", unit="{request}")
    gauge.gauge.SetInParent()
    tokens = Metric(name="gen_ai.tokens", unit="{token}")
    tokens.sum.is_monotonic = True
    tokens.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
    duration = Metric(name="gen_ai.client.operation.duration", unit="s")
    duration.histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
    return [gauge, tokens, duration]


def _add_point(metric: Metric, index: int, seed: int) -> Any:
    times = {
        "start_time_unix_nano": START_UNIX_NANO,
        "time_unix_nano": START_UNIX_NANO + (index + 1) * SECOND_NS,
    }
    attributes = key_values({"gen_ai.request.model": MODELS[index % len(MODELS)], "n": index})
    match metric.WhichOneof("data"):
        case "gauge":
            return metric.gauge.data_points.add(
                as_double=index + 0.5, attributes=attributes, **times
            )
        case "sum":
            return metric.sum.data_points.add(as_int=index + seed, attributes=attributes, **times)
        case _:
            return metric.histogram.data_points.add(
                count=3,
                sum=1.5,
                bucket_counts=[1, 2, 0],
                explicit_bounds=[0.1, 1.0],
                attributes=attributes,
                **times,
            )


def _override(target: Any, attributes: Mapping[str, Any] | None) -> None:
    for key, value in (attributes or {}).items():
        kept = [kv for kv in target if kv.key != key]
        del target[:]
        target.extend([*kept, *key_values({key: value})])
