"""Tells a call that was billed already: by the id of its response, or by its place in the trace.

Two instrumentations of one call make two spans. Either both carry the id that the provider gave
the response, and overlap in time; or one is around the other and both report the same counts.
Billed is the one that was seen first; within a batch the inner one. The same span again is no
duplicate of itself: then a sender tries once more what was refused, and it is billed as it was
before.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from spanloom.processors.cost.call_columns import Columns, Seen
from spanloom.processors.cost.nesting import Ancestors, nested
from spanloom.processors.cost.recent import ALIKE_MAX, RecentCalls
from spanloom.processors.cost.same_response import ResponseIds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.plans import Resolved
    from spanloom.processors.cost.usage import BatchUsage


class Duplicates:
    """Remembers calls that were billed. Any number of threads may use it.

    Args:
        calls_max: how many.
        age_s: for at least how long.
        tolerance_s: how far apart two spans with one response id may lie and be one call.
        on_overflow: called when calls are forgotten sooner, because there are too many.
    """

    def __init__(
        self,
        calls_max: int,
        age_s: float,
        tolerance_s: float,
        on_overflow: Callable[[], None] = lambda: None,
    ) -> None:
        self._by_id = ResponseIds(calls_max, age_s, tolerance_s, on_overflow)
        self._by_place = RecentCalls(calls_max, age_s)
        # Of a processor and of its successor, while a reload is under way.
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return max(len(self._by_id), len(self._by_place))

    def find(
        self,
        batch: Traces,
        rows: NDArray[np.intp] | None,
        found: tuple[BatchUsage, Resolved],
        now_s: float,
    ) -> list[int]:
        """The rows among these that are billed elsewhere; the others are remembered as billed.

        Args:
            batch: the spans.
            rows: those that have a price, ascending; None: all.
            found: the counts of all spans, and their prices.
            now_s: the time, in seconds that never go back.
        """
        columns = Columns.of(batch, rows, *found)
        with self._lock:
            doubles = self._find(columns, Ancestors(batch), now_s)
        if not doubles:
            return []
        return sorted(doubles) if rows is None else [int(rows[i]) for i in sorted(doubles)]

    def _find(self, columns: Columns, outer: Ancestors, now_s: float) -> set[int]:
        self._by_id.forget_old(now_s)
        self._by_place.forget_old(now_s)
        found = self._by_id.find(columns, outer, now_s)
        if columns.all_have_ids and not self._by_place.has_calls_without_id:
            self._by_place.defer(columns, found, now_s)
            return found
        seen = columns.seen()
        if not columns.all_have_ids:
            self._by_place.index_deferred(now_s)
        found |= self._around_another(seen, found, outer)
        self._by_place.merge(seen, found, now_s)
        return found

    def _around_another(self, seen: Seen, known: set[int], outer: Ancestors) -> set[int]:
        """Positions of calls that are around, or inside, a billed one with the same counts."""
        if self._by_place.are_new(seen):
            return set()
        groups: dict[int, list[int]] = defaultdict(list)
        for i in range(len(seen.keys)):
            if i not in known:
                for print_ in seen.prints_of(i):
                    groups[print_].append(i)
        found: set[int] = set()
        for print_, members in groups.items():
            earlier = self._by_place.calls(print_)
            if len(members) > 1 or earlier:
                calls = {i: seen.call(i) for i in members[:ALIKE_MAX]}
                found |= nested(calls, earlier, outer)
        return found
