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
    from spanloom.processors.cost.nesting import Ancestors

ALIKE_MAX = 32
"""Calls with one id that are remembered; the newest ones."""

Model = tuple[str, ...]

_ALWAYS_NS = 1 << 64


class Told(NamedTuple):
    """A span of a call.

    Attributes:
        span: its id.
        start_ns, end_ns: unix nanoseconds, the end not before the start.
        model: the price's entry and the names that the span gives; empty where there is no price.
    """

    span: int
    start_ns: int
    end_ns: int
    model: Model

    @classmethod
    def at(cls, span: int, start_ns: int, end_ns: int, model: Model) -> Told:
        """A start of 0 is unknown: such a span may lie anywhere in time."""
        return cls(span, start_ns, max(start_ns, end_ns) if start_ns else _ALWAYS_NS, model)


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
        self._memory: Memory[Columns | _Calls] = Memory(calls_max, age_s, on_overflow, _size)
        self._tolerance_ns = int(tolerance_s * 1e9)

    def __len__(self) -> int:
        return len(self._memory)

    def forget_old(self, now_s: float) -> None:
        """As `Memory`."""
        self._memory.forget_old(now_s)

    def find(self, columns: Columns, outer: Ancestors, now_s: float) -> set[int]:
        """Positions of calls that are billed elsewhere; the others are remembered."""
        keys = columns.keys if columns.all_have_ids else columns.keys[columns.keys > 0]
        if self._memory.add_new(keys, columns, now_s):
            return set()
        fresh: dict[int, Columns | _Calls] = dict.fromkeys(keys.tolist(), columns)
        calls, found = columns.all_told(), set[int]()
        for key, members in _by_key(columns.keys.tolist()).items():
            billed = self._billed(key)
            if len(members) > 1:
                # The inner one first: billed is who comes first.
                members.sort(key=lambda i: -len(outer.of(calls[i].span)))
            elif not billed:
                continue
            fresh[key] = self._decide(calls, members, billed, found)
        self._memory.add(fresh, now_s)
        return found

    def _billed(self, key: int) -> list[Told]:
        known = self._memory.get(key)
        if known is None:
            return []
        return list(known) if isinstance(known, tuple) else [known.told(key)]

    def _decide(
        self, calls: list[Told], members: list[int], billed: list[Told], found: set[int]
    ) -> _Calls:
        """The billed calls with one id; positions of the others are added to `found`."""
        for i in members:
            call = calls[i]
            twin = self._twin(call, billed)
            if twin is None:
                billed.append(call)
            elif twin.span != call.span:
                found.add(i)
        return tuple(billed[-ALIKE_MAX:])

    def _twin(self, call: Told, billed: list[Told]) -> Told | None:
        """The billed span of the same call: the very same span, or one at the same time."""
        span, start_ns, end_ns, model = call
        start_ns, end_ns = start_ns - self._tolerance_ns, end_ns + self._tolerance_ns
        twin = None
        for each in billed:
            other, other_start_ns, other_end_ns, other_model = each
            if other == span:
                return each
            if (
                other_start_ns <= end_ns
                and start_ns <= other_end_ns
                and may_be_one(model, other_model)
            ):
                twin = each
        return twin


def _by_key(keys: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for i, key in enumerate(keys):
        if key:
            found.setdefault(key, []).append(i)
    return found


def _size(value: Columns | _Calls) -> int:
    return len(value) if isinstance(value, tuple) else 1
