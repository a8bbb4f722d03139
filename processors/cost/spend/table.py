"""The traces that are remembered: so many, and for so long after the last call of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final

from spanloom.processors.cost.spend.trace import Sums, Trace

Single = tuple[int, int, int, int, bool]
"""A trace with one call, which did not fail: (span, parent, start, pico, has a cost)."""

_CALLS_PER_TRACE: Final = 8


class Table:
    """Traces by id, in two generations: a trace that is seen again moves to the younger one.

    When the younger one is old or full, the older one is forgotten. Most traces have one call;
    they are kept as tuples, which are made without a loop in Python.

    Args:
        traces_max: how many; of their calls eight times as many.
        age_s: how long a trace is remembered after its last call was seen; up to twice as long.
        on_forgotten: called with a reason and how many were forgotten for it: `age`,
            `traces_max` or `calls_max`.
    """

    def __init__(
        self, traces_max: int, age_s: float, on_forgotten: Callable[[str, int], None]
    ) -> None:
        self._traces_half = max(1, traces_max // 2)
        self._calls_half = self._traces_half * _CALLS_PER_TRACE
        self._age_s = age_s
        self._on_forgotten = on_forgotten
        self._young: dict[bytes, Trace | Single] = {}
        self._old: dict[bytes, Trace | Single] = {}
        # Calls added to the younger generation's traces that have more than one.
        self._n_calls = 0
        self._since_s = float("-inf")

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def __contains__(self, trace_id: bytes) -> bool:
        return trace_id in self._young or trace_id in self._old

    def knows_any(self, trace_ids: Collection[bytes]) -> bool:
        """Whether one of them is remembered."""
        young, old = self._young.keys(), self._old.keys()
        return not (young.isdisjoint(trace_ids) and old.isdisjoint(trace_ids))

    def add_singles(self, items: Iterable[tuple[bytes, Single]]) -> None:
        """Remember traces that are not remembered yet."""
        self._young.update(items)

    def open(self, trace_id: bytes) -> Trace:
        """The trace, to be added to; a new one where it is not remembered."""
        found = self._young.get(trace_id)
        if isinstance(found, Trace):
            return found
        if found is None:
            found = self._old.pop(trace_id, None)
        trace = _opened(found) if isinstance(found, tuple) else found or Trace()
        self._young[trace_id] = trace
        self._n_calls += len(trace.told)
        return trace

    def settle(self, n_calls: int, now_s: float) -> None:
        """Forget what is too old or too much, once a batch was added.

        Args:
            n_calls: how many calls were added to opened traces.
            now_s: the time, in seconds that never go back.
        """
        self._n_calls += n_calls
        reason = self._reason(now_s)
        if reason is None:
            return
        if self._old:
            self._on_forgotten(reason, len(self._old))
        self._old, self._young = self._young, {}
        self._n_calls = 0
        self._since_s = now_s

    def _reason(self, now_s: float) -> str | None:
        """Why a generation ends; None while it does not."""
        if now_s - self._since_s >= self._age_s:
            return "age"
        if len(self._young) >= self._traces_half:
            return "traces_max"
        return "calls_max" if self._n_calls >= self._calls_half else None


def _opened(single: Single) -> Trace:
    span, parent, start, pico, has_cost = single
    sums = Sums(1, int(not has_cost), pico if has_cost else None, 0)
    return Trace(sums, {span: sums}, {parent: start})
