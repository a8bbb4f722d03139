"""Tells a call that was billed already: by the id of its response, or by its place in the trace.

Two instrumentations of one call make two spans. Either both carry the id that the provider gave
the response, or one is around the other and both report the same counts. Billed is the one that
was seen first; within a batch the inner one. The same span again is no duplicate of itself: then
a sender tries once more what was refused, and it is billed as it was before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.cost.memory import Memory
from spanloom.processors.cost.nesting import Ancestors, Call, Key, nested, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.usage import BatchUsage

    Unsigned = NDArray[np.uint64]

# Odd constants of splitmix64 and xxHash: they spread small counts over all bits.
_MIX_TRACE, _MIX_INPUT, _MIX_OUTPUT = (
    np.uint64(each) for each in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
# A longer id is remembered as its hash, so that memory is bounded in bytes too.
_ID_LENGTH_MAX = 128
# Calls with the same counts in one trace that are compared.
_ALIKE_MAX = 64


@dataclass(slots=True)
class _Seen:
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

    def at(self, positions: list[int]) -> _Seen:
        columns = (self.spans, self.parents, self.prints, self.keys)
        return _Seen(*([column[i] for i in positions] for column in columns))  # type: ignore[arg-type]

    def call(self, i: int, *, is_billed: bool = True) -> Call:
        return Call(self.spans[i], self.parents[i], self.keys[i], is_billed)


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
        # The calls with a fingerprint; the common case, one, without the object around it.
        self._by_place: Memory[int, tuple[Any, ...]] = Memory(calls_max, age_s)

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
        seen = _seen(batch, ids, usage)
        chosen = list(range(len(ids))) if rows is None else rows.tolist()
        if rows is not None:
            seen = seen.at(chosen)
        found = self._with_known_id(batch, seen)
        found |= self._around_another(batch, seen, found)
        self._remember(seen, found, now_s)
        return [chosen[i] for i in sorted(found)]

    def _with_known_id(self, batch: Traces, seen: _Seen) -> set[int]:
        """Positions of calls whose response id belongs to another one that is billed."""
        present = [key for key in seen.keys if key is not None]
        distinct = set(present)
        if len(distinct) == len(present) and not self._by_id.knows_any(distinct):
            return set()
        groups: dict[Key, list[int]] = defaultdict(list)
        for i, key in enumerate(seen.keys):
            if key is not None:
                groups[key].append(i)
        found: set[int] = set()
        outer = Ancestors(batch)
        for key, members in groups.items():
            billed = self._by_id.get(key)
            if billed is None:
                around = {span for i in members for span in outer.of(seen.spans[i])}
                inner = [i for i in members if seen.spans[i] not in around]
                billed = seen.spans[(inner or members)[0]]
            found.update(i for i in members if seen.spans[i] != billed)
        return found

    def _around_another(self, batch: Traces, seen: _Seen, known: set[int]) -> set[int]:
        """Positions of calls that are around, or inside, a billed one with the same counts."""
        distinct = set(seen.prints)
        if len(distinct) == len(seen.prints) and not self._by_place.knows_any(distinct):
            return set()
        groups: dict[int, list[int]] = defaultdict(list)
        for i, print_ in enumerate(seen.prints):
            if i not in known:
                groups[print_].append(i)
        found: set[int] = set()
        outer = Ancestors(batch)
        for print_, members in groups.items():
            earlier = _calls(self._by_place.get(print_))
            if len(members) > 1 or earlier:
                calls = {i: seen.call(i) for i in members[:_ALIKE_MAX]}
                found |= nested(calls, earlier, outer)
        return found

    def _remember(self, seen: _Seen, found: set[int], now_s: float) -> None:
        billed = dict(zip(seen.keys, seen.spans, strict=True))
        if found:
            kept = seen.at([i for i in range(len(seen.keys)) if i not in found])
            billed = dict(zip(kept.keys, kept.spans, strict=True))
        billed.pop(None, None)
        self._by_id.add(billed.items(), now_s)
        calls = zip(seen.spans, seen.parents, seen.keys, strict=True)
        places: dict[int, tuple[Any, ...]] = dict(zip(seen.prints, calls, strict=True))
        if found or len(places) < len(seen.prints) or self._by_place.knows_any(places.keys()):
            places = self._merged(seen, found)
        self._by_place.add(places.items(), now_s)

    def _merged(self, seen: _Seen, found: set[int]) -> dict[int, tuple[Any, ...]]:
        """By fingerprint, the calls remembered and the new ones, the newest ones."""
        merged: dict[int, dict[int, Call]] = {}
        for i, print_ in enumerate(seen.prints):
            calls = merged.get(print_)
            if calls is None:
                earlier = _calls(self._by_place.get(print_))
                calls = merged[print_] = {call.span: call for call in earlier}
            calls[seen.spans[i]] = seen.call(i, is_billed=i not in found)
        return {print_: tuple(calls.values())[-_ALIKE_MAX:] for print_, calls in merged.items()}


def _seen(batch: Traces, ids: list[Any], usage: BatchUsage) -> _Seen:
    """All spans, each n long."""
    prints = words(batch.trace_id)[1::2] * _MIX_TRACE
    for unit, factor in (("input_tokens", _MIX_INPUT), ("output_tokens", _MIX_OUTPUT)):
        column = usage.common.get(unit)
        if column is not None:
            prints += column.values.view(np.uint64) * factor
    spans, parents = words(batch.span_id).tolist(), words(batch.parent_span_id).tolist()
    return _Seen(spans, parents, prints.tolist(), [_key(each) for each in ids])


def _key(value: Any) -> Key:
    if not isinstance(value, str) or not value:
        return None
    return value if len(value) <= _ID_LENGTH_MAX else hash(value)


def _calls(remembered: tuple[Any, ...] | None) -> tuple[Call, ...]:
    """The calls under a fingerprint."""
    if not remembered:
        return ()
    return remembered if isinstance(remembered[0], Call) else (Call(*remembered),)
