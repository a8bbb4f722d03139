"""The calls of late, by where they stand: the fingerprint of their trace and counts."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING

from spanloom.processors.cost.memory import Memory
from spanloom.processors.cost.nesting import Call

if TYPE_CHECKING:
    from spanloom.processors.cost.call_columns import Columns, Seen

ALIKE_MAX = 64
"""Calls with one fingerprint that are remembered; the newest ones."""


class RecentCalls:
    """A bounded memory of calls by fingerprint.

    Two calls that both have a response id are told apart by that alone. So calls with ids are
    only put aside (`defer`) until one without an id comes, which may be around one of them.
    """

    def __init__(self, calls_max: int, age_s: float) -> None:
        self._index: Memory[tuple[Call, ...]] = Memory(calls_max, age_s, size_of=len)
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

    def are_new(self, seen: Seen) -> bool:
        """Whether nothing has the fingerprint of another one, here or remembered."""
        prints = seen.all_prints
        return len(set(prints.tolist())) == len(prints) and not self._index.knows_any(prints)

    def calls(self, print_: int) -> tuple[Call, ...]:
        """The calls with a fingerprint, the newest last."""
        return self._index.get(print_) or ()

    def merge(self, seen: Seen, unbilled: Collection[int], now_s: float) -> None:
        """Remember calls, beside those with the same fingerprint; `unbilled` are positions."""
        merged: dict[int, tuple[Call, ...]] = {}
        for i in range(len(seen.keys)):
            call = seen.call(i, is_billed=i not in unbilled)
            for print_ in seen.prints_of(i):
                earlier = merged.get(print_) or self.calls(print_)
                others = tuple(each for each in earlier if each.span != call.span)
                merged[print_] = (*others, call)[-ALIKE_MAX:]
        self._index.add(merged, now_s)
