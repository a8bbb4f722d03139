"""What items bring along: their randomness, and thresholds that were applied before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spanloom.batch import Logs, Traces
from spanloom.columns import ValueKind, rows_of_kind, spread
from spanloom.processors.sampler.randomness import U64
from spanloom.processors.sampler.threshold import (
    MAX_RANDOMNESS,
    NEVER,
    parse_randomness,
    parse_threshold,
)
from spanloom.processors.sampler.tracestate import TraceState, parse

if TYPE_CHECKING:
    from spanloom.batch import Column
    from spanloom.processors.sampler.ids import IdSource

Bool = NDArray[np.bool_]

LOG_THRESHOLD = "sampling.threshold"
LOG_RANDOMNESS = "sampling.randomness"


@dataclass(slots=True)
class Incoming:
    """n items before a decision. The arrays are its own.

    Attributes:
        randomness: (n,); the largest where there is none, so that it passes every threshold.
        missing: (n,) True where there is no randomness; None: nowhere.
        thresholds: (n,) applied before, `NEVER` for none; None: no item has one.
        failed: (n,) True where an item is wrong (see `fail_closed`); None: nowhere.
        broken: (n,) True where what it carries cannot be read, a part of `failed`; None: nowhere.
        sealed: (n,) True where nothing must be written; None: nowhere.
        states: distinct tracestates of spans; empty where no span has one.
        codes: (n,) each span's in `states`; -1 for none.
    """

    randomness: U64
    missing: Bool | None = None
    thresholds: U64 | None = None
    failed: Bool | None = None
    broken: Bool | None = None
    sealed: Bool | None = None
    states: tuple[TraceState, ...] = ()
    codes: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.randomness)

    @property
    def is_plain(self) -> bool:
        """Whether nothing but randomness came, and nothing is wrong."""
        return self.codes is None and self.thresholds is None and self.failed is None

    def rows(self, kept: Bool) -> Incoming:
        """The same of some items only."""
        return Incoming(
            self.randomness[kept],
            _rows(self.missing, kept),
            _rows(self.thresholds, kept),
            _rows(self.failed, kept),
            _rows(self.broken, kept),
            _rows(self.sealed, kept),
            self.states,
            _rows(self.codes, kept),
        )

    def fail(self, rows: Bool, *, seal: bool) -> None:
        """Mark items as wrong; `seal`: what they carry stays as it is."""
        self.failed = rows if self.failed is None else self.failed | rows
        if seal:
            self.sealed = rows if self.sealed is None else self.sealed | rows


def _rows(values: Any, kept: Bool) -> Any:
    return None if values is None else values[kept]


@dataclass(slots=True)
class _Carried:
    """(n,) each: `th` and `rv`, `NEVER` for none, and whether they could not be read."""

    thresholds: U64
    randomness: U64
    broken: Bool


def read_spans(batch: Traces, source: IdSource) -> Incoming:
    """Spans, by tracestate and ids."""
    found = Incoming(*source.of_spans(batch))
    column = batch.trace_state
    if column.n_present:
        found.states = tuple(map(parse, column.values))
        found.codes = column.codes.copy()
        _take(found, _of_states(found.states, found.codes), derives=source.derives)
    return _closed(found)


def read_logs(batch: Logs, source: IdSource) -> Incoming:
    """Log records, by attributes and ids."""
    found = Incoming(*source.of_logs(batch))
    columns = batch.attribute(LOG_THRESHOLD), batch.attribute(LOG_RANDOMNESS)
    if any(column.n_present for column in columns):
        _take(found, _of_columns(*columns), derives=source.derives)
    return _closed(found)


def _of_states(states: Sequence[TraceState], codes: NDArray[np.int32]) -> _Carried:
    none = np.uint64(NEVER)
    thresholds = [NEVER if s.threshold is None else s.threshold for s in states]
    randomness = [NEVER if s.randomness is None else s.randomness for s in states]
    return _Carried(
        spread(thresholds, codes, none),
        spread(randomness, codes, none),
        spread([not s.valid for s in states], codes, np.False_),
    )


def _of_columns(threshold: Column, randomness: Column) -> _Carried:
    before, broken_before = _numbers(threshold, parse_threshold)
    drawn, broken_drawn = _numbers(randomness, parse_randomness)
    return _Carried(before, drawn, broken_before | broken_drawn)


def _numbers(column: Column, read: Callable[[str], int | None]) -> tuple[U64, Bool]:
    """(n,) numbers and (n,) whether a text is none; what is no text, or empty, is not there."""
    table = [read(text) if text else NEVER for text in column.values]
    numbers = [NEVER if number is None else number for number in table]
    codes = np.where(rows_of_kind(column, ValueKind.STRING), column.codes, np.int32(-1))
    broken: Bool = spread([number is None for number in table], codes, np.False_)
    return spread(numbers, codes, np.uint64(NEVER)), broken


def _take(found: Incoming, carried: _Carried, *, derives: bool) -> None:
    if carried.broken.any():
        found.broken = carried.broken
        found.fail(carried.broken, seal=True)
    has_threshold = carried.thresholds != NEVER
    has_randomness = carried.randomness != NEVER
    if derives:
        # As the Collector's hash_seed: it must not mix with sampling by the specification.
        used = has_threshold | has_randomness
        if used.any():
            found.fail(used, seal=True)
        return
    if has_randomness.any():
        found.randomness = np.where(has_randomness, carried.randomness, found.randomness)
        if found.missing is not None:
            found.missing = found.missing & ~has_randomness
    if found.broken is not None:
        # The Collector looks at no id then.
        found.randomness[carried.broken] = MAX_RANDOMNESS
    if has_threshold.any():
        # Without randomness it is the largest there is, and contradicts no threshold.
        contradicts = has_threshold & (found.randomness < carried.thresholds)
        found.thresholds = np.where(contradicts, np.uint64(NEVER), carried.thresholds)
        if contradicts.any():
            found.fail(contradicts, seal=False)


def _closed(found: Incoming) -> Incoming:
    if found.missing is not None and found.missing.any():
        found.fail(found.missing, seal=False)
    return found
