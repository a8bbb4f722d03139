"""Tells which of several calls with the same counts in one trace are one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces

    Unsigned = NDArray[np.uint64]

# Spans around each other that are looked at.
_DEPTH_MAX = 64


class Call(NamedTuple):
    """A call as far as others are compared with it.

    Attributes:
        span: its id.
        parent: the span around it; 0 for none.
        key: of its response id; 0 without one.
        input: its input tokens.
        uncached: those that were neither read from a cache nor written to one.
        is_billed: whether it has an amount; False for a duplicate.
    """

    span: int
    parent: int
    key: int
    input: int = 0
    uncached: int = 0
    is_billed: bool = True

    def may_be(self, other: Call) -> bool:
        """Whether ids and input allow that both are the same call.

        Some instrumentations count only what was not cached, and no cached tokens.
        """
        if self.key and other.key and self.key != other.key:
            return False
        return (
            self.input == other.input
            or self.input == self.uncached == other.uncached
            or other.input == other.uncached == self.uncached
        )


def nested(calls: dict[int, Call], earlier: tuple[Call, ...], outer: Ancestors) -> set[int]:
    """Positions of calls that are the same as an inner one, or as one that is billed already.

    Args:
        calls: the new calls with the same counts in one trace, by position.
        earlier: those remembered.
        outer: tells the spans around a span.
    """
    decided = {call.span: call.is_billed for call in earlier}
    found = {i for i, call in calls.items() if decided.get(call.span) is False}
    fresh = {i: call for i, call in calls.items() if call.span not in decided}
    told, related = list(earlier), list(earlier)
    # What is linked to a remembered call is that call; what is linked to such a one too.
    while related and fresh:
        linked: list[int] = []
        for i, call in fresh.items():
            if any(_is_again(call, each, told, outer) for each in related):
                linked.append(i)
                told.append(call)
        found.update(linked)
        related = [fresh.pop(i) for i in linked]
    if len(fresh) > 1:
        found |= _around_others(fresh, outer)
    return found


def _around_others(calls: dict[int, Call], outer: Ancestors) -> set[int]:
    """Positions of those that are linked to one further inside; in a cycle, to an earlier one."""
    found: set[int] = set()
    inside: list[Call] = []
    for i, call in sorted(calls.items(), key=lambda item: -len(outer.around(item[1]))):
        if any(each.span != call.span and _link(call, each, outer) for each in inside):
            found.add(i)
        inside.append(call)
    return found


def _is_again(call: Call, other: Call, told: list[Call], outer: Ancestors) -> bool:
    """Whether a call is one that was told.

    Spans with one parent are different calls: at most one of them is the call around them.
    """
    if not _link(call, other, outer):
        return False
    if other.span not in outer.around(call):
        return True
    siblings = (each for each in told if each.parent == call.parent and each.span != call.span)
    return not any(each.may_be(other) for each in siblings)


def _link(one: Call, other: Call, outer: Ancestors) -> bool:
    """Whether one is around the other, and both may be the same call."""
    return one.may_be(other) and (
        one.span in outer.around(other) or other.span in outer.around(one)
    )


class Ancestors:
    """The spans around a span, as far as the batch has them; looked at only when asked."""

    def __init__(self, batch: Traces) -> None:
        self._batch = batch
        self._parents: dict[int, int] | None = None
        self._found: dict[int, list[int]] = {}

    def around(self, call: Call) -> list[int]:
        """Ids of the spans around a call, which itself need not be in the batch."""
        if not call.parent:
            return []
        found = self._found.get(call.parent)
        if found is None:
            found = self._found[call.parent] = [call.parent, *self.of(call.parent)]
        return found

    def of(self, span: int) -> list[int]:
        """Ids, the nearest one first."""
        if self._parents is None:
            spans = words(self._batch.span_id).tolist()
            self._parents = dict(
                zip(spans, words(self._batch.parent_span_id).tolist(), strict=True)
            )
        found: list[int] = []
        while (span := self._parents.get(span, 0)) and len(found) < _DEPTH_MAX:
            found.append(span)
        return found


def words(ids: NDArray[np.uint8]) -> Unsigned:
    """(n * length / 8,) the bytes of ids as words."""
    words: Unsigned = np.ascontiguousarray(ids).view(np.uint64).ravel()
    return words
