"""The calls of late, by where they stand: the fingerprint of their trace and counts."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spanloom.processors.cost.memory import Memory
from spanloom.processors.cost.nesting import Call, Key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.usage import BatchUsage

    Unsigned = NDArray[np.uint64]

# Odd constants of splitmix64 and xxHash: they spread small counts over all bits.
_MIX_TRACE = np.uint64(0x9E3779B97F4A7C15)
_MIX_COUNTS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))

ALIKE_MAX = 64
"""Calls with one fingerprint that are remembered; the newest ones."""


@dataclass(slots=True)
class Seen:
    """Calls that have a price, as columns.

    Attributes:
        spans, parents: ids as integers; a parent of 0 is none.
        prints: fingerprints of trace and counts.
        keys: of the response ids.
    """

    spans: list[int]
    parents: list[int]
    prints: list[int]
    keys: list[Key]

    def at(self, positions: list[int]) -> Seen:
        """Some of them, in this order."""
        return Seen(
            [self.spans[i] for i in positions],
            [self.parents[i] for i in positions],
            [self.prints[i] for i in positions],
            [self.keys[i] for i in positions],
        )

    def call(self, i: int, *, is_billed: bool = True) -> Call:
        """One of them."""
        return Call(self.spans[i], self.parents[i], self.keys[i], is_billed)


@dataclass(slots=True)
class Columns:
    """The same as copied bytes: cheap to keep, and made into `Seen` only when needed.

    Attributes:
        ids: of the spans, of those around them, and of their traces; of all n spans.
        counts: (n,) of input, and of output, as 8 bytes each; None where the batch has none.
        rows: (m,) the calls among the spans; None: all are.
        keys: of the response ids, m long.
    """

    ids: tuple[bytes, bytes, bytes]
    counts: tuple[bytes | None, ...]
    rows: NDArray[np.intp] | None
    keys: list[Key]

    @classmethod
    def of(
        cls, batch: Traces, rows: NDArray[np.intp] | None, usage: BatchUsage, keys: list[Key]
    ) -> Columns:
        """Of some spans of a batch; `rows` None: of all."""
        ids = (batch.span_id.tobytes(), batch.parent_span_id.tobytes(), batch.trace_id.tobytes())
        columns = [usage.common.get(unit) for unit in ("input_tokens", "output_tokens")]
        counts = tuple(c.values.tobytes() if c is not None else None for c in columns)
        return cls(ids, counts, rows, keys)

    def spans(self) -> list[int]:
        """The ids of the calls as integers."""
        if self.rows is None:
            return memoryview(self.ids[0]).cast("Q").tolist()
        spans: list[int] = self._words(self.ids[0])[self.rows].tolist()
        return spans

    def seen(self) -> Seen:
        """The same, fingerprints computed."""
        span_ids, parent_ids, trace_ids = self.ids
        prints = self._words(trace_ids)[1::2] * _MIX_TRACE
        for count, factor in zip(self.counts, _MIX_COUNTS, strict=True):
            if count is not None:
                prints += self._words(count) * factor
        columns = [self._words(span_ids), self._words(parent_ids), prints]
        if self.rows is not None:
            columns = [column[self.rows] for column in columns]
        spans, parents, own_prints = (column.tolist() for column in columns)
        return Seen(spans, parents, own_prints, self.keys)

    @staticmethod
    def _words(raw: bytes) -> Unsigned:
        return np.frombuffer(raw, np.uint64)


class RecentCalls:
    """A bounded memory of calls by fingerprint.

    Two calls that both have a response id are told apart by that alone. So calls with ids are
    only put aside (`defer`) until one without an id comes, which may be around one of them.
    """

    def __init__(self, calls_max: int, age_s: float) -> None:
        self._index: Memory[int, tuple[Call, ...]] = Memory(calls_max, age_s)
        self._calls_max = calls_max
        self._age_s = age_s
        self._deferred: deque[tuple[float, Columns, Collection[int]]] = deque()
        self._n_deferred = 0
        self._without_id_s = -math.inf
        self._now_s = 0.0

    def __len__(self) -> int:
        return len(self._index) + self._n_deferred

    @property
    def has_calls_without_id(self) -> bool:
        """Whether one may still be remembered."""
        return self._now_s - self._without_id_s < 2 * self._age_s

    def forget_old(self, now_s: float) -> None:
        """As `Memory`."""
        self._now_s = now_s
        self._index.forget_old(now_s)
        while self._deferred and now_s - self._deferred[0][0] >= 2 * self._age_s:
            self._n_deferred -= len(self._deferred.popleft()[1].keys)

    def defer(self, columns: Columns, unbilled: Collection[int], now_s: float) -> None:
        """Put calls aside, all of which have ids; `unbilled` are positions."""
        self._deferred.append((now_s, columns, unbilled))
        self._n_deferred += len(columns.keys)
        while self._n_deferred > self._calls_max and len(self._deferred) > 1:
            self._n_deferred -= len(self._deferred.popleft()[1].keys)

    def index_deferred(self, now_s: float) -> None:
        """A call without an id has come: from now on all are found by their fingerprints."""
        self._without_id_s = now_s
        while self._deferred:
            _, columns, unbilled = self._deferred.popleft()
            self.merge(columns.seen(), unbilled, now_s)
        self._n_deferred = 0

    def are_new(self, prints: list[int]) -> bool:
        """Whether all are distinct, and none is remembered."""
        distinct = dict.fromkeys(prints)
        return len(distinct) == len(prints) and not self._index.knows_any(distinct.keys())

    def calls(self, print_: int) -> tuple[Call, ...]:
        """The calls with a fingerprint, the newest last."""
        return self._index.get(print_) or ()

    def merge(self, seen: Seen, unbilled: Collection[int], now_s: float) -> None:
        """Remember calls, beside those with the same fingerprint; `unbilled` are positions."""
        merged: dict[int, tuple[Call, ...]] = {}
        for i, print_ in enumerate(seen.prints):
            call = seen.call(i, is_billed=i not in unbilled)
            earlier = merged.get(print_) or self.calls(print_)
            others = tuple(each for each in earlier if each.span != call.span)
            merged[print_] = (*others, call)[-ALIKE_MAX:]
        self._index.add(merged, now_s)
