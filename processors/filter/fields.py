"""The fields that conditions can ask for, by context.

A context is what a condition is about: a span, a log record, a metric, a data point. Its
rows are the entries of the mask that the condition gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spanloom.columns import ValueKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column, Level
    from spanloom.processors.filter.parse import Path

ContextName = Literal["span", "log_record", "metric", "datapoint"]


@dataclass(frozen=True, slots=True)
class Text:
    """A field of text: distinct values and (n,) codes, -1 for rows without."""

    read: Callable[[Any], tuple[list[str], NDArray[np.int32]]]


@dataclass(frozen=True, slots=True)
class Number:
    """A field of numbers, with names for some of them.

    Attributes:
        read: (n,) numbers.
        names: the range of numbers, both ends included, that each name stands for.
        prefix: what OTTL writes in front of the names, such as STATUS_CODE_.
        absent: the number that says there is none, if there is such a one.
    """

    read: Callable[[Any], NDArray[Any]]
    names: dict[str, tuple[int, int]] = field(default_factory=dict)
    prefix: str = ""
    absent: int | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the row, its resource or its scope; any kind of value."""

    key: str
    level: Level
    index: Callable[[Any], NDArray[np.int32]] | None

    def column(self, batch: Any) -> Column:
        """One entry per owner; `index`, if any, says the owner of each row."""
        column: Column = batch.attribute(self.key, self.level)
        return column


Field = Text | Number | Attribute


@dataclass(frozen=True, slots=True)
class Context:
    """One kind of row.

    Attributes:
        prefix: may stand in front of the row's own fields: `span.name`.
        owners: for the levels of attributes, the owner of each row (None: the row itself).
    """

    prefix: str
    fields: dict[str, Text | Number]
    owners: dict[str, tuple[Level, Callable[[Any], NDArray[np.int32]] | None]]

    def field(self, path: Path) -> Field:
        """What the path means.

        Raises:
            KeyError: with a sentence that says what is known.
        """
        own = len(path.names) > 1 and path.names[0] == self.prefix
        name = ".".join(path.names[1:] if own else path.names)
        if path.key is not None:
            return self._attribute(name, path.key)
        if name in self.fields:
            return self.fields[name]
        if name in self.owners:
            raise KeyError(f'{path} needs a key: {path}["..."]')
        known = ", ".join(sorted([*self.fields, *(f'{o}["..."]' for o in self.owners)]))
        raise KeyError(f"{path} is no field of a {self.prefix}; known are {known}")

    def _attribute(self, name: str, key: str) -> Attribute:
        if name not in self.owners:
            raise KeyError(f"{name} has no keys; {', '.join(sorted(self.owners))} do")
        level, index = self.owners[name]
        return Attribute(key, level, index)


def _exactly(*names: str) -> dict[str, tuple[int, int]]:
    return {name: (number, number) for number, name in enumerate(names)}


def _text_column(name: str) -> Text:
    def read(batch: Any) -> tuple[list[str], NDArray[np.int32]]:
        column: Column = getattr(batch, name)
        return column.values, np.where(column.kinds == ValueKind.STRING, column.codes, -1)

    return Text(read)


def _scope_of_metric(batch: Any) -> NDArray[np.int32]:
    index: NDArray[np.int32] = batch.metric_scope_index
    return index


def _resource_of_metric(batch: Any) -> NDArray[np.int32]:
    index: NDArray[np.int32] = batch.scope_resource_index[batch.metric_scope_index]
    return index


def _every_metric(batch: Any) -> NDArray[np.int32]:
    return np.arange(batch.n_metrics, dtype=np.int32)


def _duration_ms(batch: Any) -> NDArray[np.float64]:
    """Negative where the clock went back."""
    start, end = batch.start_time_unix_nano, batch.end_time_unix_nano
    milliseconds: NDArray[np.float64] = (end - start).astype(np.int64) / 1e6
    return milliseconds


_SEVERITIES = ("trace", "debug", "info", "warn", "error", "fatal")
# Each name covers four numbers: INFO is 9, INFO4 is 12.
_SEVERITY = Number(
    lambda batch: batch.severity_number,
    {name: (4 * i + 1, 4 * i + 4) for i, name in enumerate(_SEVERITIES)},
    prefix="severity_number_",
    absent=0,
)
_KIND = Number(
    lambda batch: batch.kind,
    _exactly("unspecified", "internal", "server", "client", "producer", "consumer"),
    prefix="span_kind_",
)
_STATUS = Number(
    lambda batch: batch.status_code, _exactly("unset", "ok", "error"), prefix="status_code_"
)
_METRIC_TYPES = _exactly("none", "gauge", "sum", "histogram", "exponential_histogram", "summary")
_ITEM_OWNERS: dict[str, tuple[Level, Callable[[Any], NDArray[np.int32]] | None]] = {
    "attributes": ("item", None),
    "resource.attributes": ("resource", lambda batch: batch.resource_index),
    "scope.attributes": ("scope", lambda batch: batch.scope_index),
}


def _scope_fields(index: Callable[[Any], NDArray[np.int32]]) -> dict[str, Text | Number]:
    return {
        "scope.name": Text(lambda batch: (batch.scope_names, index(batch))),
        "scope.version": Text(lambda batch: (batch.scope_versions, index(batch))),
    }


def _metric_fields(index: Callable[[Any], NDArray[np.int32]]) -> dict[str, Text | Number]:
    return {
        "name": Text(lambda batch: (batch.metric_names, index(batch))),
        "unit": Text(lambda batch: (batch.metric_units, index(batch))),
        "type": Number(
            lambda batch: batch.metric_kinds[index(batch)],
            _METRIC_TYPES,
            prefix="metric_data_type_",
        ),
    }


_ITEM_SCOPE = _scope_fields(lambda batch: batch.scope_index)

CONTEXTS: dict[ContextName, Context] = {
    "span": Context(
        "span",
        {
            "name": _text_column("name"),
            "kind": _KIND,
            "status": _STATUS,
            "status.code": _STATUS,
            "status.message": _text_column("status_message"),
            "trace_state": _text_column("trace_state"),
            "duration_ms": Number(_duration_ms),
            **_ITEM_SCOPE,
        },
        _ITEM_OWNERS,
    ),
    "log_record": Context(
        "log",
        {
            "body": _text_column("body"),
            "severity": _SEVERITY,
            "severity_number": _SEVERITY,
            "severity_text": _text_column("severity_text"),
            "event_name": _text_column("event_name"),
            **_ITEM_SCOPE,
        },
        _ITEM_OWNERS,
    ),
    "metric": Context(
        "metric",
        {**_metric_fields(_every_metric), **_scope_fields(_scope_of_metric)},
        {
            "resource.attributes": ("resource", _resource_of_metric),
            "scope.attributes": ("scope", _scope_of_metric),
        },
    ),
    "datapoint": Context(
        "datapoint",
        {
            **{f"metric.{k}": v for k, v in _metric_fields(lambda b: b.metric_index).items()},
            "value": Number(lambda batch: batch.value),
            **_ITEM_SCOPE,
        },
        _ITEM_OWNERS,
    ),
}
