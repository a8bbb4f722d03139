"""Everything, in the Collector's words and order (exporter/debugexporter/internal/otlptext)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from spanloom.exporters.debug.points import metric_lines
from spanloom.exporters.debug.values import escaped, rows, time_text, value_text

if TYPE_CHECKING:
    from spanloom.component import Signal

_KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
_STATUSES = ("Unset", "Ok", "Error")


def detailed_text(signal: Signal, message: Any) -> str:
    """All lines of a whole request."""
    return "".join(f"{line}\n" for line in _LINES[signal](message))


def _trace_lines(message: Any) -> Iterator[str]:
    for index, of_resource in enumerate(message.resource_spans):
        yield from _resource("ResourceSpans", index, of_resource)
        for position, of_scope in enumerate(of_resource.scope_spans):
            yield from _scope("ScopeSpans", position, of_scope)
            for number, span in enumerate(of_scope.spans):
                yield f"Span #{number}"
                yield from _span(span)


def _log_lines(message: Any) -> Iterator[str]:
    for index, of_resource in enumerate(message.resource_logs):
        yield from _resource("ResourceLog", index, of_resource)
        for position, of_scope in enumerate(of_resource.scope_logs):
            yield from _scope("ScopeLogs", position, of_scope)
            for number, record in enumerate(of_scope.log_records):
                yield f"LogRecord #{number}"
                yield from _record(record)


def _metrics_lines(message: Any) -> Iterator[str]:
    for index, of_resource in enumerate(message.resource_metrics):
        yield from _resource("ResourceMetrics", index, of_resource)
        for position, of_scope in enumerate(of_resource.scope_metrics):
            yield from _scope("ScopeMetrics", position, of_scope)
            for number, metric in enumerate(of_scope.metrics):
                yield f"Metric #{number}"
                yield from metric_lines(metric)


def _resource(title: str, index: int, of_resource: Any) -> Iterator[str]:
    yield f"{title} #{index}"
    yield f"Resource SchemaURL: {escaped(of_resource.schema_url)}"
    yield from _attributes("Resource attributes:", of_resource.resource.attributes)


def _scope(title: str, index: int, of_scope: Any) -> Iterator[str]:
    yield f"{title} #{index}"
    yield f"{title} SchemaURL: {escaped(of_scope.schema_url)}"
    scope = of_scope.scope
    yield f"InstrumentationScope {escaped(scope.name)} {escaped(scope.version)}"
    yield from _attributes("InstrumentationScope attributes:", scope.attributes)


def _attributes(title: str, attributes: Any) -> Iterator[str]:
    if attributes:
        yield title
        yield from rows(attributes)


def _span(span: Any) -> Iterator[str]:
    fields = {
        "Trace ID": span.trace_id.hex(),
        "Parent ID": span.parent_span_id.hex(),
        "ID": span.span_id.hex(),
        "Name": escaped(span.name),
        "Kind": _name(_KINDS, span.kind),
    }
    if span.trace_state:
        fields["TraceState"] = escaped(span.trace_state)
    fields |= {
        "Start time": time_text(span.start_time_unix_nano),
        "End time": time_text(span.end_time_unix_nano),
        "Status code": _name(_STATUSES, span.status.code),
        "Status message": escaped(span.status.message),
    }
    for name, text in fields.items():
        yield f"    {name:<14} : {text}"
    yield from _attributes("Attributes:", span.attributes)
    yield from _events(span.events)
    yield from _links(span.links)


def _events(events: Any) -> Iterator[str]:
    if events:
        yield "Events:"
    for index, event in enumerate(events):
        yield f"SpanEvent #{index}"
        yield f"     -> Name: {escaped(event.name)}"
        yield f"     -> Timestamp: {time_text(event.time_unix_nano)}"
        yield f"     -> DroppedAttributesCount: {event.dropped_attributes_count}"
        if event.attributes:
            yield "     -> Attributes::"
            yield from rows(event.attributes, " " * 10)


def _links(links: Any) -> Iterator[str]:
    if links:
        yield "Links:"
    for index, link in enumerate(links):
        yield f"SpanLink #{index}"
        yield f"     -> Trace ID: {link.trace_id.hex()}"
        yield f"     -> ID: {link.span_id.hex()}"
        yield f"     -> TraceState: {escaped(link.trace_state)}"
        yield f"     -> DroppedAttributesCount: {link.dropped_attributes_count}"
        if link.attributes:
            yield "     -> Attributes::"
            yield from rows(link.attributes, " " * 10)


def _record(record: Any) -> Iterator[str]:
    yield f"ObservedTimestamp: {time_text(record.observed_time_unix_nano)}"
    yield f"Timestamp: {time_text(record.time_unix_nano)}"
    yield f"SeverityText: {escaped(record.severity_text)}"
    yield f"SeverityNumber: {record.severity_number}"
    if record.event_name:
        yield f"EventName: {escaped(record.event_name)}"
    yield f"Body: {value_text(record.body)}"
    yield from _attributes("Attributes:", record.attributes)
    yield f"Trace ID: {record.trace_id.hex()}"
    yield f"Span ID: {record.span_id.hex()}"
    yield f"Flags: {record.flags}"


def _name(names: tuple[str, ...], number: int) -> str:
    return names[number] if 0 <= number < len(names) else str(number)


_LINES = {"traces": _trace_lines, "logs": _log_lines, "metrics": _metrics_lines}
