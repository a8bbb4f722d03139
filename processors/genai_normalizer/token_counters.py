"""Counters of tokens, from the histograms of older conventions (R10).

A histogram of tokens knows their sum, and a counter is that sum: of the same series, over the same
time, cumulative or delta. So nothing is guessed, and nothing kept between batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - of tokens of text
MODALITY = "gen_ai.token.modality"
# The conventions want one; the histograms do not know it.
_UNKNOWN = "unknown"
_INT_MAX = float(1 << 63)
_HISTOGRAMS = ("histogram", "exponential_histogram")


def token_counters(metric: Any, names: Mapping[str, str]) -> Iterator[Any]:
    """A counter for each type of tokens that the histogram has points of.

    Args:
        metric: protobuf, with all types of tokens; anything but a histogram has no counters.
        names: type of tokens -> name of its counter.
    """
    kind = metric.WhichOneof("data")
    if kind not in _HISTOGRAMS:
        return
    data = getattr(metric, kind)
    counters: dict[str, Any] = {}
    for point in data.data_points:
        name = names.get(_type_of(point))
        if name is None or not _is_countable(point):
            continue
        if name not in counters:
            counters[name] = type(metric)(name=name, unit="{token}")
            counters[name].sum.is_monotonic = True
            counters[name].sum.aggregation_temporality = data.aggregation_temporality
        _add(counters[name].sum.data_points.add(), point)
    yield from counters.values()


def _type_of(point: Any) -> str:
    values = (a.value.string_value for a in point.attributes if a.key == TOKEN_TYPE)
    return next(values, "")


def _is_countable(point: Any) -> bool:
    """Whether the point tells a sum that can only grow; one without a value tells none."""
    return point.HasField("sum") and isfinite(point.sum) and point.sum >= 0


def _add(counter: Any, point: Any) -> None:
    counter.attributes.extend(a for a in point.attributes if a.key not in (TOKEN_TYPE, MODALITY))
    counter.attributes.add(key=MODALITY).value.string_value = _UNKNOWN
    counter.start_time_unix_nano = point.start_time_unix_nano
    counter.time_unix_nano = point.time_unix_nano
    if point.sum.is_integer() and point.sum < _INT_MAX:
        counter.as_int = int(point.sum)
    else:
        counter.as_double = point.sum
