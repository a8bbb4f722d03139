"""Decides for whole traces, after a while in which their items are held."""

from __future__ import annotations

import heapq
import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from spanloom.batch import Logs, Traces
from spanloom.component import AnyBatch, Settings
from spanloom.holding import HoldingThread
from spanloom.processors.sampler.looked import CHANCE, MINIMUM, Looked
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.processors.sampler.traces import Grouping, Trace, TraceTable, group

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.component import Host
    from spanloom.processors.sampler.config import Config

_CERTAIN = 100.0
_ITEM_BYTES = 64  # what is noted per item while its batch is held


@dataclass(order=True, slots=True)
class Held:
    """A batch that waits until all its traces are decided."""

    release_s: float
    number: int
    batch: Traces | Logs = field(compare=False)
    looked: Looked = field(compare=False)
    grouping: Grouping = field(compare=False)
    traces: list[Trace] = field(compare=False)
    size_bytes: int = field(compare=False)


class TraceSampler(SpanSampler):
    """Holds batches whole: each is let go when the last of its traces is decided, and that is at
    most `decision_wait` after the batch came. One thread watches the time.
    """

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        super().__init__(config, settings)
        self._scope = config.trace
        self._table = self._make_table()
        self._lock = threading.Lock()
        self._heap: list[Held] = []
        self._numbers = itertools.count()
        self._n_bytes = 0
        self._holding = HoldingThread(settings, self._release_due)
        self._add_gauges()

    def start(self, host: Host) -> None:
        del host
        self._holding.start()

    def consume(self, batch: AnyBatch) -> None:
        """Hold the batch, or decide at once if all its traces are decided."""
        if len(batch) == 0:
            batch.ack()
            return
        try:
            due = self._take_in(cast("Traces | Logs", batch))
        except Exception as error:  # noqa: BLE001 - a failure is data, as in Processor.consume
            self._settle_failed(batch, None, error)
            return
        for held in due:
            self._release(held)

    def shutdown(self, timeout_s: float) -> None:
        """Decide all that is held by what is known, and hand it on; what comes later, at once."""
        self._holding.stop(timeout_s)
        with self._lock:
            rest = [self._pop() for _ in range(len(self._heap))]
        for held in rest:
            self._release(held)

    def _take_in(self, batch: Traces | Logs) -> list[Held]:
        """Note what the batch says about its traces; what has to be let go now."""
        looked = self._decider.look(batch, self._decider.ask_rules(batch))
        grouping = group(batch.trace_id)
        size_bytes = batch.size_bytes + _ITEM_BYTES * len(batch)
        with self._lock:
            now_s = self.settings.clock.monotonic_s()
            traces = self._table.find(grouping.ids, now_s)
            self._learn(batch, looked, grouping, traces)
            self._table.shrink(self._decider.percent)
            deadlines = [trace.deadline_s for trace in traces if trace.chance is None]
            late = len(traces) - len(deadlines)
            release_s = max(deadlines, default=now_s)
            held = Held(release_s, next(self._numbers), batch, looked, grouping, traces, size_bytes)
            if late:
                self._late.add(late)
            if not deadlines or self._holding.closing:
                self._decide(held)
                return [held]
            return self._hold(held)

    def _hold(self, held: Held) -> list[Held]:
        """Put the batch to the others; those that have to leave for it, decided."""
        if not self._scope.wait_for_result:
            held.batch.acknowledge()
        heapq.heappush(self._heap, held)
        self._n_bytes += held.size_bytes
        self._holding.wake()
        due = []
        while self._n_bytes > self._scope.bytes_max:
            due.append(self._pop(early=True))
        return due

    def _pop(self, *, early: bool = False) -> Held:
        """The batch that is due first, its traces decided."""
        held = heapq.heappop(self._heap)
        self._n_bytes -= held.size_bytes
        n_decided = self._decide(held)
        if early:
            self._early_bytes.add(n_decided)
        return held

    def _decide(self, held: Held) -> int:
        """Decide what is undecided in it; how many traces that were."""
        return self._table.decide(held.grouping.ids, self._decider.percent)

    def _learn(
        self, batch: Traces | Logs, looked: Looked, grouping: Grouping, traces: list[Trace]
    ) -> None:
        """Tell the traces what keeps their items; a loop over the items that a rule keeps."""
        if looked.forced is not None:
            percents, reasons = looked.forced.percents, looked.forced.reasons
            for row in np.flatnonzero(percents).tolist():
                code = int(grouping.codes[row])
                if code >= 0:
                    traces[code].force(float(percents[row]), int(reasons[row]))
        minimum = self._decider.minimum
        if minimum is None:
            return
        column = batch.attribute(minimum.attribute)
        names, codes = column.values, column.codes.tolist()
        pairs = ((code, codes[row]) for row, code in grouping.rows() if codes[row] >= 0)
        for code, model in dict.fromkeys(pairs):
            trace, name = traces[code], names[model]
            if trace.is_new(name) and minimum.take(name):
                trace.force(_CERTAIN, MINIMUM)

    def _release(self, held: Held) -> None:
        """Carry the decisions out and hand on. Never raises."""
        batch, looked = held.batch, held.looked
        try:
            self._spread(held)
            decided = self._decider.decide(looked, self._chances(held))
            result = self._settle(batch, looked, decided)
        except Exception as error:  # noqa: BLE001 - the thread must live
            self._settle_failed(batch, None, error)
            return
        self._hand_on(batch, result)

    def _chances(self, held: Held) -> NDArray[np.float64] | None:
        """(n,) what chance keeps of each item; None where it is the same for all traces."""
        if self._decider.budget is None:
            return None
        chances = np.array([trace.chance for trace in held.traces] + [self._decider.percent])
        each: NDArray[np.float64] = chances[held.grouping.codes]
        return each

    def _spread(self, held: Held) -> None:
        """What keeps a trace keeps all its items."""
        if not any(trace.forced for trace in held.traces):
            return
        codes = held.grouping.codes
        forced = [(trace.forced, trace.reason) for trace in held.traces]
        # By what keeps them, which are few, not by trace, which may be as many as items.
        for percent, reason in set(forced) - {(0.0, CHANCE)}:
            wanted = np.array([*((percent, reason) == one for one in forced), False])
            held.looked.force(percent, reason, wanted[codes])

    def _release_due(self, now_s: float) -> float | None:
        """Let go what is due; when the next will be (monotonic seconds)."""
        due = []
        with self._lock:
            while self._heap and self._heap[0].release_s <= now_s:
                due.append(self._pop())
            next_s = self._heap[0].release_s if self._heap else None
        for held in due:
            self._release(held)
        return next_s

    def _make_table(self) -> TraceTable:
        counter = self._metrics.counter
        early = "Traces decided before their time, by what was too much."
        self._early_bytes = counter("early_traces", early, reason="bytes")
        forgotten = counter("forgotten_decisions", "Decisions that had to leave for newer ones.")
        self._late = counter("late_traces", "Traces in a batch that were decided before it came.")
        return TraceTable(self._scope, counter("early_traces", early, reason="traces"), forgotten)

    def _add_gauges(self) -> None:
        gauge, table = self._metrics.gauge, self._table
        gauge("open_traces", "Traces not decided yet.", lambda: float(len(table.open)))
        gauge("decisions", "Decisions remembered.", lambda: float(len(table.decided)))
        gauge("held_batches", "Batches held.", lambda: float(len(self._heap)))
        gauge("held_bytes", "Bytes held.", lambda: float(self._n_bytes))
