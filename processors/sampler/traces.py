"""What is known of traces: those still open, and those decided."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spanloom.processors.sampler.looked import CHANCE

if TYPE_CHECKING:
    from spanloom.processors.sampler.config import TraceScope
    from spanloom.telemetry import Counter

_NO_TRACE = bytes(16)


@dataclass(slots=True)
class Trace:
    """One trace.

    Attributes:
        deadline_s: monotonic; when it is decided.
        forced: percentage at which it stays whatever chance says; 0: none.
        reason: why it is forced.
        chance: percentage that chance keeps, set by the decision; None: undecided.
        models: those that the minimum has counted for it; None: none yet, or decided.
    """

    deadline_s: float
    forced: float = 0.0
    reason: int = CHANCE
    chance: float | None = None
    models: set[str] | None = None

    def force(self, percent: float, reason: int) -> None:
        """Keep it at `percent` if that is more than it has."""
        if percent > self.forced:
            self.forced, self.reason = percent, reason

    def is_new(self, model: str) -> bool:
        """Whether this undecided trace has not been counted for the model; it is now."""
        if self.chance is not None or model in (self.models or ()):
            return False
        self.models = {*(self.models or ()), model}
        return True


class TraceTable:
    """Open and decided traces, each bounded, the oldest leaving first. Not thread-safe.

    Args:
        scope: the bounds.
        early: counts traces that are decided before their time, because there are too many.
        forgotten: counts decisions that have to leave.
    """

    def __init__(self, scope: TraceScope, early: Counter, forgotten: Counter) -> None:
        self._wait_s = float(scope.decision_wait)
        self._traces_max, self._decisions_max = scope.traces_max, scope.decisions_max
        self._early, self._forgotten = early, forgotten
        # Both in order of their deadlines: the wait is the same for all.
        self.open: dict[bytes, Trace] = {}
        self.decided: dict[bytes, Trace] = {}

    def find(self, trace_ids: Iterable[bytes], now_s: float) -> list[Trace]:
        """The traces; those that are new are opened now."""
        deadline_s, found = now_s + self._wait_s, []
        for trace_id in trace_ids:
            trace = self.open.get(trace_id) or self.decided.get(trace_id)
            if trace is None:
                trace = self.open[trace_id] = Trace(deadline_s)
            found.append(trace)
        return found

    def decide(self, trace_ids: Iterable[bytes], chance: float) -> int:
        """Set what chance keeps of those still open; how many that were."""
        n_open = len(self.open)
        for trace_id in trace_ids:
            trace = self.open.pop(trace_id, None)
            if trace is not None:
                trace.chance, trace.models = chance, None
                self.decided[trace_id] = trace
        self._forget()
        return n_open - len(self.open)

    def shrink(self, chance: float) -> None:
        """Decide the oldest that are too many."""
        n_over = len(self.open) - self._traces_max
        if n_over > 0:
            self._early.add(self.decide(list(itertools.islice(self.open, n_over)), chance))

    def _forget(self) -> None:
        n_over = len(self.decided) - self._decisions_max
        if n_over > 0:
            for trace_id in list(itertools.islice(self.decided, n_over)):
                del self.decided[trace_id]
            self._forgotten.add(n_over)


@dataclass(frozen=True, slots=True)
class Grouping:
    """The traces in a batch of n items.

    Attributes:
        ids: distinct trace ids.
        codes: (n,) each item's in `ids`; -1 for items of no trace.
    """

    ids: Sequence[bytes]
    codes: NDArray[np.intp]

    def rows(self) -> Iterator[tuple[int, int]]:
        """(row, code) of items that belong to a trace."""
        codes = self.codes.tolist()
        return ((row, code) for row, code in enumerate(codes) if code >= 0)


def group(ids: NDArray[np.uint8]) -> Grouping:
    """Items (n, 16) by trace id; an id of zeros is none."""
    raw, numbers = ids.tobytes(), {_NO_TRACE: -1}
    codes = [numbers.setdefault(raw[i : i + 16], len(numbers) - 1) for i in range(0, len(raw), 16)]
    _, *found = numbers
    return Grouping(found, np.array(codes, np.intp))
