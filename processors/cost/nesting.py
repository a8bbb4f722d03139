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

Key = str | int | None
"""Of a response id; None without one."""


class Call(NamedTuple):
    """A call as far as others are compared with it.

    Attributes:
        span: its id.
        parent: the span around it; 0 for none.
        key: of its response id; None without one.
        is_billed: whether it has an amount; False for a duplicate.
    """

    span: int
    parent: int
    key: Key
    is_billed: bool = True

    def may_be(self, other: Call) -> bool:
        """Whether the ids allow that both are the same call."""
        return self.key is None or other.key is None or self.key == other.key


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
    related = list(earlier)
    # What is linked to a remembered call is that call; what is linked to such a one too.
    while related and fresh:
        linked = [i for i, c in fresh.items() if any(_link(c, o, outer) for o in related)]
        found.update(linked)
        related = [fresh.pop(i) for i in linked]
    around = {call.span: outer.of(call.span) for call in fresh.values()} if len(fresh) > 1 else {}
    for i, call in fresh.items():
        for other in fresh.values():
            if call.span in around.get(other.span, ()) and call.may_be(other):
                found.add(i)
    return found


def _link(one: Call, other: Call, outer: Ancestors) -> bool:
    """Whether one is around the other, and both may be the same call."""
    return one.may_be(other) and (
        one.parent == other.span
        or other.parent == one.span
        or one.span in outer.of(other.span)
        or other.span in outer.of(one.span)
    )


class Ancestors:
    """The spans around a span, as far as the batch has them; looked at only when asked."""

    def __init__(self, batch: Traces) -> None:
        self._batch = batch
        self._parents: dict[int, int] | None = None

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
