"""Metrics and their data points, in detail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spanloom.exporters.debug.values import escaped, rows, time_text

_KINDS = {
    "gauge": ("Gauge", "NumberDataPoints"),
    "sum": ("Sum", "NumberDataPoints"),
    "histogram": ("Histogram", "HistogramDataPoints"),
    "exponential_histogram": ("ExponentialHistogram", "ExponentialHistogramDataPoints"),
    "summary": ("Summary", "SummaryDataPoints"),
}
_TEMPORALITIES = ("Unspecified", "Delta", "Cumulative")


def metric_lines(metric: Any) -> Iterator[str]:
    """The description of a metric, and all its points."""
    kind = metric.WhichOneof("data")
    data_type, title = _KINDS.get(kind or "", ("Empty", ""))
    yield "Descriptor:"
    yield f"     -> Name: {escaped(metric.name)}"
    yield f"     -> Description: {escaped(metric.description)}"
    yield f"     -> Unit: {escaped(metric.unit)}"
    yield f"     -> DataType: {data_type}"
    if kind is None:
        return
    data = getattr(metric, kind)
    if kind == "sum":
        yield f"     -> IsMonotonic: {str(data.is_monotonic).lower()}"
    if kind not in ("gauge", "summary"):
        yield f"     -> AggregationTemporality: {_temporality(data.aggregation_temporality)}"
    for index, point in enumerate(data.data_points):
        yield f"{title} #{index}"
        yield from _point(kind, point)


def _temporality(number: int) -> str:
    return _TEMPORALITIES[number] if 0 <= number < len(_TEMPORALITIES) else str(number)


def _point(kind: str, point: Any) -> Iterator[str]:
    if point.attributes:
        yield "Data point attributes:"
        yield from rows(point.attributes)
    yield f"StartTimestamp: {time_text(point.start_time_unix_nano)}"
    yield f"Timestamp: {time_text(point.time_unix_nano)}"
    yield from _VALUES[kind](point)


def _number(point: Any) -> Iterator[str]:
    field = point.WhichOneof("value")
    yield f"Value: {getattr(point, field) if field else ''}"


def _extremes(point: Any) -> Iterator[str]:
    yield f"Count: {point.count}"
    for name in ("sum", "min", "max"):
        if point.HasField(name):
            yield f"{name.title()}: {getattr(point, name)}"


def _histogram(point: Any) -> Iterator[str]:
    yield from _extremes(point)
    for index, bound in enumerate(point.explicit_bounds):
        yield f"ExplicitBounds #{index}: {bound}"
    for index, count in enumerate(point.bucket_counts):
        yield f"Buckets #{index}, Count: {count}"


def _exponential(point: Any) -> Iterator[str]:
    yield from _extremes(point)
    yield f"Scale: {point.scale}"
    for name, buckets in (("Negative", point.negative), ("Positive", point.positive)):
        for index, count in enumerate(buckets.bucket_counts):
            yield f"{name} bucket #{buckets.offset + index}, Count: {count}"
    yield f"ZeroCount: {point.zero_count}"


def _summary(point: Any) -> Iterator[str]:
    yield f"Count: {point.count}"
    yield f"Sum: {point.sum}"
    for index, quantile in enumerate(point.quantile_values):
        yield f"QuantileValue #{index}: Quantile {quantile.quantile}, Value {quantile.value}"


_VALUES = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
    "summary": _summary,
}
