"""Which items `include` and `exclude` mean, as masks over a batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.batch import Column, Level, Logs, Metrics, Traces
from spanloom.columns import ValueKind, codes_where, rows_equal, rows_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.component import AnyBatch
    from spanloom.processors.attributes.match_config import (
        AttributeMatch,
        LibraryMatch,
        MatchProperties,
    )

    Bool = NDArray[np.bool_]
    TextTest = Callable[[str], bool]
    MaskOf = Callable[[AnyBatch], "Bool"]

SPAN_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_KIND_PREFIX = "SPAN_KIND_"


class Selection:
    """The items that `include` matches and `exclude` does not; all where neither is given."""

    def __init__(self, include: MatchProperties | None, exclude: MatchProperties | None) -> None:
        self._include = Matcher(include) if include else None
        self._exclude = Matcher(exclude) if exclude else None

    def mask(self, batch: AnyBatch) -> Bool:
        """(n,) True for the items selected."""
        selected = np.ones(len(batch), np.bool_)
        if self._include is not None:
            selected &= self._include.mask(batch)
        if self._exclude is not None:
            selected &= ~self._exclude.mask(batch)
        return selected


class Matcher:
    """All properties of one block, compiled."""

    def __init__(self, properties: MatchProperties) -> None:
        self._regexp = properties.match_type == "regexp"
        self._tests: list[MaskOf] = [
            *self._of_spans(properties),
            *self._of_logs(properties),
            *self._of_metrics(properties),
            *self._of_all(properties),
        ]

    def mask(self, batch: AnyBatch) -> Bool:
        """(n,) True where every property matches."""
        matched = np.ones(len(batch), np.bool_)
        for test in self._tests:
            if matched.any():
                matched &= test(batch)
        return matched

    def _text(self, patterns: Sequence[str]) -> TextTest:
        """Whether one of the patterns matches a text."""
        if not self._regexp:
            return frozenset(patterns).__contains__
        compiled = [re.compile(pattern) for pattern in patterns]
        return lambda text: any(pattern.search(text) for pattern in compiled)

    def _of_spans(self, properties: MatchProperties) -> list[MaskOf]:
        tests: list[MaskOf] = []
        if properties.services:
            service = self._text(properties.services)
            tests.append(lambda b: _if_traces(b, lambda t: _service_mask(t, service)))
        if properties.span_names:
            name = self._text(properties.span_names)
            tests.append(lambda b: _if_traces(b, lambda t: rows_where(t.name, name)))
        if properties.span_kinds:
            kinds = properties.span_kinds
            kind = self._text(kinds if self._regexp else [_full_kind(k) for k in kinds])
            tests.append(lambda b: _if_traces(b, lambda t: _kind_mask(t, kind)))
        return tests

    def _of_logs(self, properties: MatchProperties) -> list[MaskOf]:
        tests: list[MaskOf] = []
        if properties.log_bodies:
            body = self._text(properties.log_bodies)
            tests.append(lambda b: _if_logs(b, lambda x: rows_where(x.body, body)))
        if properties.log_severity_texts:
            severity = self._text(properties.log_severity_texts)
            tests.append(lambda b: _if_logs(b, lambda x: rows_where(x.severity_text, severity)))
        if (number := properties.log_severity_number) is not None:
            low, undefined = number.min, number.match_undefined
            tests.append(lambda b: _if_logs(b, lambda x: _severity_mask(x, low, undefined)))
        return tests

    def _of_metrics(self, properties: MatchProperties) -> list[MaskOf]:
        if not properties.metric_names:
            return []
        name = self._text(properties.metric_names)
        return [
            lambda b: (
                codes_where(b.metric_names, b.metric_index, name)
                if isinstance(b, Metrics)
                else _none(b)
            )
        ]

    def _of_all(self, properties: MatchProperties) -> list[MaskOf]:
        tests = [self._attribute("item", [wanted]) for wanted in properties.attributes]
        if properties.resources:
            tests.append(self._attribute("resource", properties.resources))
        if properties.libraries:
            tests.append(self._libraries(properties.libraries))
        return tests

    def _attribute(self, level: Level, wanted: Sequence[AttributeMatch]) -> MaskOf:
        """One of the attributes, on the item or its resource."""
        tests = [(match.key, self._value(match.value)) for match in wanted]

        def mask(batch: AnyBatch) -> Bool:
            owners = [test(batch.attribute(key, level)) for key, test in tests]
            found: Bool = np.logical_or.reduce(owners)
            return found[batch.resource_index] if level == "resource" else found

        return mask

    def _value(self, value: Any) -> Callable[[Column], Bool]:
        if value is None:
            return lambda column: column.present
        if self._regexp:
            test = self._text([value])
            return lambda column: _text_mask(column, test)
        if isinstance(value, str | bool | int | float):
            return lambda column: rows_equal(column, value)
        return lambda column: np.array([v == value for v in column.objects()], np.bool_)

    def _libraries(self, wanted: Sequence[LibraryMatch]) -> MaskOf:
        tests = [
            (self._text([w.name]), None if w.version is None else self._text([w.version]))
            for w in wanted
        ]

        def matches(name: str, version: str) -> bool:
            return any(n(name) and (v is None or v(version)) for n, v in tests)

        def mask(batch: AnyBatch) -> Bool:
            scopes = zip(batch.scope_names, batch.scope_versions, strict=True)
            return _rows([matches(*scope) for scope in scopes], batch.scope_index)

        return mask


def _none(batch: AnyBatch) -> Bool:
    return np.zeros(len(batch), np.bool_)


def _rows(table: Sequence[bool], index: NDArray[np.int32]) -> Bool:
    return np.array(table, np.bool_)[index]


def _if_traces(batch: AnyBatch, mask: Callable[[Traces], Bool]) -> Bool:
    return mask(batch) if isinstance(batch, Traces) else _none(batch)


def _if_logs(batch: AnyBatch, mask: Callable[[Logs], Bool]) -> Bool:
    return mask(batch) if isinstance(batch, Logs) else _none(batch)


def _service_mask(batch: Traces, test: TextTest) -> Bool:
    return rows_where(batch.attribute("service.name", "resource"), test)[batch.resource_index]


def _kind_mask(batch: Traces, test: TextTest) -> Bool:
    known = np.minimum(batch.kind, len(SPAN_KINDS))
    return _rows(
        [*(test(_KIND_PREFIX + kind) for kind in SPAN_KINDS), False], known.astype(np.int32)
    )


def _full_kind(kind: str) -> str:
    upper = kind.upper()
    return upper if upper.startswith(_KIND_PREFIX) else _KIND_PREFIX + upper


def _severity_mask(batch: Logs, low: int, undefined: bool) -> Bool:  # noqa: FBT001 - a config field
    number = batch.severity_number
    return np.where(number == 0, undefined, number >= low)


def _text_mask(column: Column, test: TextTest) -> Bool:
    """As the Collector does: bools and numbers are matched as text, nested values never."""
    mask = rows_where(column, test)
    scalar = np.isin(column.kinds, (ValueKind.BOOL, ValueKind.INT, ValueKind.DOUBLE))
    if scalar.any():
        texts = column.objects()
        for row in np.flatnonzero(scalar):
            value = texts[row]
            mask[row] = test(str(value).lower() if isinstance(value, bool) else str(value))
    return mask
