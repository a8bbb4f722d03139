"""Tells a call that was billed already by the id of its response.

The id alone does not say it: some engines draw theirs from a thousand (Ollama:
`chatcmpl-%d` of `rand.Intn(999)`). Spans with one id are one call when they also overlap in time
and their models are not known to differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spanloom.processors.cost.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanloom.processors.cost.call_columns import Columns
    from spanloom.processors.cost.nesting import Ancestors, Key

ALIKE_MAX = 32
"""Calls with one id that are remembered; the newest ones."""

Model = tuple[str, ...]


class Told(NamedTuple):
    """A span of a call.

    Attributes:
        span: its id.
        start_ns, end_ns: unix nanoseconds; a start of 0 is unknown.
        model: the price's entry and the names that the span gives; empty where there is no price.
    """

    span: int
    start_ns: int
    end_ns: int
    model: Model

    def may_be(self, other: Told, tolerance_ns: int) -> bool:
        """Whether both, having one id, are the same call."""
        if self.start_ns and other.start_ns:
            starts = max(self.start_ns, other.start_ns)
            ends = min(max(self.start_ns, self.end_ns), max(other.start_ns, other.end_ns))
            if starts > ends + tolerance_ns:
                return False
        return may_be_one(self.model, other.model)


def may_be_one(one: Model, other: Model) -> bool:
    """Whether these may be names of one model: `gpt-4o` and `gpt-4o-2024-08-06` may be.

    Args:
        one: the price's entry first; empty where nothing is known.
        other: likewise.
    """
    if not one or not other or one[0] == other[0]:
        return True
    return any(a in b or b in a for a in one[1:] for b in other[1:])


_Calls = tuple[Told, ...]


class ResponseIds:
    """A bounded memory of billed calls by the id of their response.

    Args:
        calls_max, age_s, on_overflow: as in `Memory`.
        tolerance_s: how far apart two spans of one call may lie.
    """

    def __init__(
        self, calls_max: int, age_s: float, tolerance_s: float, on_overflow: Callable[[], None]
    ) -> None:
        # Mostly an id comes once. Then its value is the batch it came with, shared by all of it.
        self._memory: Memory[Key, Columns | _Calls] = Memory(calls_max, age_s, on_overflow, _size)
        self._tolerance_ns = int(tolerance_s * 1e9)

    def __len__(self) -> int:
        return len(self._memory)

    def forget_old(self, now_s: float) -> None:
        """As `Memory`."""
        self._memory.forget_old(now_s)

    def find(self, columns: Columns, outer: Ancestors, now_s: float) -> set[int]:
        """Positions of calls that are billed elsewhere; the others are remembered."""
        fresh: dict[Key, Columns | _Calls] = dict.fromkeys(columns.keys, columns)
        n_with_id = len(columns.keys)
        if not columns.all_have_ids:
            del fresh[None]
            n_with_id -= columns.keys.count(None)
        if len(fresh) == n_with_id and not self._memory.knows_any(fresh.keys()):
            self._memory.add_new(fresh, now_s)
            return set()
        found: set[int] = set()
        for key, members in _by_key(columns.keys).items():
            billed = self._billed(key)
            if billed or len(members) > 1:
                fresh[key] = self._decide(columns, members, billed, outer, found)
        self._memory.add(fresh, now_s)
        return found

    def _billed(self, key: Key) -> _Calls:
        known = self._memory.get(key)
        if known is None or isinstance(known, tuple):
            return known or ()
        return (known.told(known.keys.index(key)),)

    def _decide(
        self,
        columns: Columns,
        members: list[int],
        earlier: _Calls,
        outer: Ancestors,
        found: set[int],
    ) -> _Calls:
        """The billed calls with one id; positions of the others are added to `found`."""
        if len(members) > 1:
            # The inner one first: billed is who comes first.
            members = sorted(members, key=lambda i: -len(outer.of(columns.span(i))))
        billed = list(earlier)
        for i in members:
            call = columns.told(i)
            if any(call.span == each.span for each in billed):
                continue  # sent again
            if any(call.may_be(each, self._tolerance_ns) for each in billed):
                found.add(i)
            else:
                billed.append(call)
        return tuple(billed[-ALIKE_MAX:])


def _by_key(keys: list[Key]) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = {}
    for i, key in enumerate(keys):
        if key is not None:
            found.setdefault(key, []).append(i)
    return found


def _size(value: Columns | _Calls) -> int:
    return len(value) if isinstance(value, tuple) else 1
