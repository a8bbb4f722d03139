"""One line per resource, scope and item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from spanloom.exporters.debug.values import escaped, pairs, value_text

if TYPE_CHECKING:
    from spanloom.component import Signal


def normal_text(signal: Signal, message: Any) -> str:
    """The lines of a whole request."""
    return "".join(f"{line.rstrip()}\n" for line in _LINES[signal](message))


def _span_lines(message: Any) -> Iterator[str]:
    for index, of_resource in enumerate(message.resource_spans):
        yield _resource(f"ResourceTraces #{index}", of_resource)
        for position, of_scope in enumerate(of_resource.scope_spans):
            yield _scope(f"ScopeTraces #{position}", of_scope)
            for span in of_scope.spans:
                ids = f"{span.trace_id.hex()} {span.span_id.hex()}"
                yield f"{escaped(span.name)} {ids} {pairs(span.attributes)}"


def _log_lines(message: Any) -> Iterator[str]:
    for index, of_resource in enumerate(message.resource_logs):
        yield _resource(f"ResourceLog #{index}", of_resource)
        for position, of_scope in enumerate(of_resource.scope_logs):
            yield _scope(f"ScopeLog #{position}", of_scope)
            for record in of_scope.log_records:
                yield f"{value_text(record.body)} {pairs(record.attributes)}"


def _metric_lines(message: Any) -> Iterator[str]:
    for index, of_resource in enumerate(message.resource_metrics):
        yield _resource(f"ResourceMetrics #{index}", of_resource)
        for position, of_scope in enumerate(of_resource.scope_metrics):
            yield _scope(f"ScopeMetrics #{position}", of_scope)
            for metric in of_scope.metrics:
                kind = metric.WhichOneof("data")
                for point in getattr(metric, kind).data_points if kind else ():
                    attributes = pairs(point.attributes)
                    yield f"{escaped(metric.name)}{{{attributes}}} {point_text(kind, point)}"


def point_text(kind: str, point: Any) -> str:
    """The value of a data point, in short."""
    if kind in ("gauge", "sum"):
        number = point.WhichOneof("value")
        return str(getattr(point, number)) if number else ""
    return f"count={point.count} sum={point.sum}"


def _resource(title: str, of_resource: Any) -> str:
    parts = [title]
    if of_resource.schema_url:
        parts.append(f"[{escaped(of_resource.schema_url)}]")
    return " ".join([*parts, pairs(of_resource.resource.attributes)])


def _scope(title: str, of_scope: Any) -> str:
    scope = of_scope.scope
    name = escaped(scope.name) + (f"@{escaped(scope.version)}" if scope.version else "")
    return f"{title} {name} {pairs(scope.attributes)}"


_LINES = {"traces": _span_lines, "logs": _log_lines, "metrics": _metric_lines}
