"""Tells a call that was billed already: by the id of its response, or by its place in the trace.

Two instrumentations of one call make two spans. Either both carry the id that the provider gave
the response, or one is around the other and both report the same counts. Billed is the one that
was seen first; within a batch the inner one. The same span again is no duplicate of itself: then
a sender tries once more what was refused, and it is billed as it was before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.cost.memory import Memory
from spanloom.processors.cost.nesting import Ancestors, Key, nested
from spanloom.processors.cost.recent import ALIKE_MAX, Columns, RecentCalls, Seen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.usage import BatchUsage


# A longer id is remembered as its hash, so that memory is bounded in bytes too.
_ID_LENGTH_MAX = 128


class Duplicates:
    """Remembers calls that were billed. Not for use by several threads at once.

    Args:
        calls_max: how many.
        age_s: for at least how long.
        on_overflow: called when calls are forgotten sooner, because there are too many.
    """

    def __init__(
        self, calls_max: int, age_s: float, on_overflow: Callable[[], None] = lambda: None
    ) -> None:
        self._by_id: Memory[Key, int] = Memory(calls_max, age_s, on_overflow)
        self._by_place = RecentCalls(calls_max, age_s)

    def __len__(self) -> int:
        return max(len(self._by_id), len(self._by_place))

    def find(
        self,
        batch: Traces,
        rows: NDArray[np.intp] | None,
        ids: list[Any],
        usage: BatchUsage,
        now_s: float,
    ) -> list[int]:
        """The rows among these that are billed elsewhere; the others are remembered as billed.

        Args:
            batch: the spans.
            rows: those that have a price, ascending; None: all.
            ids: (n,) the response id of each span; what is no string is none.
            usage: the counts of all spans.
            now_s: the time, in seconds that never go back.
        """
        self._by_id.forget_old(now_s)
        self._by_place.forget_old(now_s)
        keys = _keys(ids) if rows is None else _keys([ids[row] for row in rows.tolist()])
        columns = Columns.of(batch, rows, usage, keys)
        spans = columns.spans()
        by_key: dict[Key, int] = dict(zip(keys, spans, strict=True))
        has_all_ids = None not in by_key
        is_new = len(by_key) == len(keys) and not self._by_id.knows_any(by_key.keys())
        found = set() if is_new else self._with_known_id(batch, keys, spans)
        if has_all_ids and not self._by_place.has_calls_without_id:
            self._by_place.defer(columns, found, now_s)
        else:
            seen = columns.seen()
            found |= self._around_another(batch, seen, found, now_s)
            self._by_place.merge(seen, found, now_s)
        if found or not has_all_ids:
            billed = [i for i, key in enumerate(keys) if i not in found and key is not None]
            by_key = {keys[i]: spans[i] for i in billed}
        self._by_id.add(by_key, now_s)
        return sorted(found) if rows is None else [int(rows[i]) for i in sorted(found)]

    def _with_known_id(self, batch: Traces, keys: list[Key], spans: list[int]) -> set[int]:
        """Positions of calls whose response id belongs to another one that is billed."""
        found: set[int] = set()
        first: dict[Key, int] = {}
        alike: dict[Key, list[int]] = {}
        known = self._by_id.get
        for i, key in enumerate(keys):
            if key is None:
                continue
            billed = known(key)
            if billed is not None:
                if billed != spans[i]:
                    found.add(i)
            elif (other := first.setdefault(key, i)) != i:
                alike.setdefault(key, [other]).append(i)
        outer = Ancestors(batch)
        for members in alike.values():
            around = {span for i in members for span in outer.of(spans[i])}
            inner = [i for i in members if spans[i] not in around]
            billed = spans[(inner or members)[0]]
            found.update(i for i in members if spans[i] != billed)
        return found

    def _around_another(self, batch: Traces, seen: Seen, known: set[int], now_s: float) -> set[int]:
        """Positions of calls that are around, or inside, a billed one with the same counts."""
        if None in seen.keys:
            self._by_place.index_deferred(now_s)
        if self._by_place.are_new(seen.prints):
            return set()
        groups: dict[int, list[int]] = defaultdict(list)
        for i, print_ in enumerate(seen.prints):
            if i not in known:
                groups[print_].append(i)
        found: set[int] = set()
        outer = Ancestors(batch)
        for print_, members in groups.items():
            earlier = self._by_place.calls(print_)
            if len(members) > 1 or earlier:
                calls = {i: seen.call(i) for i in members[:ALIKE_MAX]}
                found |= nested(calls, earlier, outer)
        return found


def _keys(ids: list[Any]) -> list[Key]:
    # Mostly all are short strings already: told by three fast passes, not by a slow one.
    if set(map(type, ids)) == {str} and max(map(len, ids)) <= _ID_LENGTH_MAX and all(ids):
        return ids
    return [_key(each) for each in ids]


def _key(value: Any) -> Key:
    if not isinstance(value, str) or not value:
        return None
    return value if len(value) <= _ID_LENGTH_MAX else hash(value)
