"""What the traces of batches have spent so far, and which of their calls repeat a failed one.

A call repeats a failed one when it has the same trace, parent and operation, began after that one
had ended, and is the first such call; with the same provider and model, and messages that are not
known to differ, it is a retry, with others a fallback. Sums are in the order in which calls
arrive, in a batch in that of their starts: so the largest amount in a trace is its total.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spanloom.processors.cost.spend.calls import BatchCalls
from spanloom.processors.cost.spend.metrics import SpendMetrics
from spanloom.processors.cost.spend.table import Table
from spanloom.processors.cost.spend.writing import write_links, write_sums
from spanloom.semconv import ERROR_TYPE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.component import Settings
    from spanloom.processors.cost.spend.config import SpendConfig
    from spanloom.processors.cost.spend.trace import Link, Sums, Trace

    Bool = NDArray[np.bool_]

_STATUS_ERROR: Final = 2


class TraceSpend:
    """Remembers traces. Not for use by several threads at once.

    Args:
        config: how many, and how long.
        settings: the processor's.
    """

    def __init__(self, config: SpendConfig, settings: Settings) -> None:
        self._clock = settings.clock
        self._metrics = SpendMetrics(settings, lambda: float(len(self._table)))
        self._table = Table(config.traces_max, float(config.age), self._metrics.forgotten)

    def note(
        self, batch: Traces, pico: NDArray[Any], has_cost: Bool, is_call: Bool | None = None
    ) -> None:
        """Remember the calls of a batch, and set on them what is known of their traces.

        Args:
            batch: the spans; gets the attributes of `names`.
            pico: (n,) what each call costs, in pico-USD; read where `has_cost`.
            has_cost: (n,) True where that is known. False for another currency.
            is_call: (n,) True for calls of models; not for a second span of the same call.
                None: all are.
        """
        rows = None if is_call is None or is_call.all() else np.flatnonzero(is_call)
        if rows is not None and not len(rows):
            return
        failed = np.equal(batch.status_code, _STATUS_ERROR) | batch.attribute(ERROR_TYPE).present
        if rows is not None:
            failed = failed[rows]
        calls = BatchCalls(batch, rows, pico, has_cost)
        linked = self._linked(calls, failed)
        self._add_singles(calls, linked)
        if linked:
            self._add_linked(batch, calls, linked, failed.tolist())
        self._table.settle(len(linked), self._clock.monotonic_s())

    def _linked(self, calls: BatchCalls, failed: Bool) -> list[int]:
        """Positions of the calls that must be looked at one by one, in the order of starts."""
        ids = calls.ids
        distinct = set(ids)
        if len(distinct) == len(ids) and not failed.any() and not self._table.knows_any(distinct):
            return []
        n_of = Counter(ids)
        found = [
            position
            for position, trace_id in enumerate(ids)
            if n_of[trace_id] > 1 or failed[position] or trace_id in self._table
        ]
        return sorted(found, key=lambda position: (calls.starts[position], calls.spans[position]))

    def _add_singles(self, calls: BatchCalls, linked: list[int]) -> None:
        """Remember the traces of which this is the only call."""
        columns = (calls.spans, calls.parents, calls.starts, calls.picos, calls.have_cost)
        items = zip(calls.ids, zip(*columns, strict=True), strict=True)
        if not linked:
            self._table.add_singles(items)
        elif len(linked) < len(calls.ids):
            others = set(range(len(calls.ids))).difference(linked)
            of_position = list(items)
            self._table.add_singles(of_position[position] for position in others)

    def _add_linked(
        self, batch: Traces, calls: BatchCalls, linked: list[int], failed: list[bool]
    ) -> None:
        rows: list[int] = []
        sums: list[Sums] = []
        links: dict[int, Link] = {}
        for position in linked:
            span = calls.spans[position]
            trace = self._table.open(calls.ids[position])
            told = trace.told.get(span)
            if told is None:
                told = self._add(trace, calls, position, failed=failed[position])
            else:
                self._metrics.happened("repeated_spans")
            if told.calls > 1:
                rows.append(calls.row(position))
                sums.append(told)
                if span in trace.links:
                    links[rows[-1]] = trace.links[span]
        if rows:
            write_sums(batch, rows, sums)
        if links:
            write_links(batch, links)

    def _add(self, trace: Trace, calls: BatchCalls, position: int, *, failed: bool) -> Sums:
        if failed or trace.failures:
            link, is_late = trace.link(calls.with_names(position, failed=failed))
            if is_late:
                self._metrics.happened("late_failures")
            if link is not None:
                self._metrics.happened("fallbacks" if link.fallback_from is not None else "retries")
        pico = calls.picos[position] if calls.have_cost[position] else None
        parent, start = calls.parents[position], calls.starts[position]
        return trace.add(calls.spans[position], parent, start, pico, failed=failed)
