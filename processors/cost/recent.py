"""The calls of late, by where they stand: the fingerprint of their trace and counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from spanloom.processors.cost.memory import Memory
from spanloom.processors.cost.nesting import Call, Key

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

    spans: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    prints: list[int] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)

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


class RecentCalls:
    """A bounded memory of calls by fingerprint.

    Columns of plain integers, not an object per call: a hundred thousand objects would keep the
    garbage collector busy.
    """

    def __init__(self, calls_max: int, age_s: float) -> None:
        # A position in the log, or the calls where a fingerprint has several.
        self._index: Memory[int, int | tuple[Call, ...]] = Memory(
            calls_max, age_s, on_turn=self._turn
        )
        self._log = Seen()
        self._first = 0
        self._turned_at = 0

    def __len__(self) -> int:
        return len(self._index)

    def forget_old(self, now_s: float) -> None:
        """As `Memory`."""
        self._index.forget_old(now_s)

    def knows_any(self, prints: Collection[int]) -> bool:
        """Whether one of the fingerprints is remembered."""
        return self._index.knows_any(prints)

    def calls(self, print_: int) -> tuple[Call, ...]:
        """The calls with a fingerprint, the newest last."""
        found = self._index.get(print_)
        if isinstance(found, int):
            return (self._log.call(found - self._first),)
        return found or ()

    def add(self, seen: Seen, now_s: float) -> None:
        """Remember billed calls, whose fingerprints are all new and distinct."""
        start = self._first + len(self._log.spans)
        places = range(start, start + len(seen.spans))
        self._index.add(zip(seen.prints, places, strict=True), now_s)
        self._log.spans += seen.spans
        self._log.parents += seen.parents
        self._log.keys += seen.keys

    def merge(self, seen: Seen, unbilled: Collection[int], now_s: float) -> None:
        """Remember calls, beside those with the same fingerprint; `unbilled` are positions."""
        merged: dict[int, dict[int, Call]] = {}
        for i, print_ in enumerate(seen.prints):
            if print_ not in merged:
                merged[print_] = {call.span: call for call in self.calls(print_)}
            merged[print_][seen.spans[i]] = seen.call(i, is_billed=i not in unbilled)
        calls = {print_: tuple(each.values())[-ALIKE_MAX:] for print_, each in merged.items()}
        self._index.add(calls.items(), now_s)

    def _turn(self) -> None:
        """Cut off what only the forgotten generation points at."""
        n_cut = self._turned_at - self._first
        for column in (self._log.spans, self._log.parents, self._log.keys):
            del column[:n_cut]
        self._first = self._turned_at
        self._turned_at = self._first + len(self._log.spans)
