"""Decides item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from spanloom.batch import Logs, Traces
from spanloom.component import Processor, Settings
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.decide import Decider
from spanloom.processors.sampler.looked import Decided, Looked
from spanloom.processors.sampler.metrics import BARRED, ERROR_CLOSED, SAMPLED_OUT, SamplerMetrics
from spanloom.processors.sampler.plain import PlainSampler
from spanloom.processors.sampler.write import Writer

if TYPE_CHECKING:
    from numpy.typing import NDArray


Items = TypeVar("Items", bound=Traces | Logs)


class SpanSampler(Processor):
    """Decides span by span, or record by record."""

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        self.settings = settings
        self._decider = Decider(config, settings.clock)
        self._writer = Writer(config, self._decider)
        self._metrics = SamplerMetrics(settings, self._decider)
        fits = PlainSampler.fits(config)
        self._plain = PlainSampler(config, self._decider, self._metrics) if fits else None
        self._fail_closed = config.fail_closed
        self._tags = config.action == "tag"

    def process(self, batch: Items) -> Items:
        wishes = [*self._decider.ask_rules(batch), *self._decider.ask_minimum(batch)]
        if not wishes and self._plain is not None and self._plain.sample(batch):
            return batch
        looked = self._decider.look(batch, wishes)
        return self._settle(batch, looked, self._decider.decide(looked))

    def _settle(self, batch: Items, looked: Looked, decided: Decided) -> Items:
        """Carry a decision out: count, drop or tag, write."""
        kept, incoming = decided.kept, looked.incoming
        some_go = decided.n_kept < len(kept)
        barred, failed = self._why_dropped(looked, kept) if some_go else (None, None)
        self._metrics.note(decided, _count(barred), _count(failed))
        if self._tags:
            self._writer.tag(batch, decided)
            return batch
        if some_go:
            _drop(batch, kept, barred, failed)
            incoming, decided = incoming.rows(kept), decided.rows_kept()
        if decided.n_kept:
            self._writer.write(batch, incoming, decided)
        return batch

    def _why_dropped(
        self, looked: Looked, kept: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
        """(n,) each: dropped by their own priority; dropped as wrong. None: no item."""
        barred = looked.barred
        # Kept as wrong, an item may still be dropped for its own priority.
        failed = self._decider.failed(looked.incoming) if self._fail_closed else None
        if failed is not None:
            failed = failed & ~kept
        if barred is not None:
            barred = barred & ~kept if failed is None else barred & ~kept & ~failed
        return barred, failed


def _count(rows: NDArray[np.bool_] | None) -> int:
    return 0 if rows is None else int(np.count_nonzero(rows))


def _drop(
    batch: Traces | Logs,
    kept: NDArray[np.bool_],
    barred: NDArray[np.bool_] | None,
    failed: NDArray[np.bool_] | None,
) -> None:
    """Drop what is not kept; each under its reason."""
    if barred is None and failed is None:
        batch.keep(kept, SAMPLED_OUT)
        return
    left = np.ones(len(kept), np.bool_)
    for rows, reason in ((failed, ERROR_CLOSED), (barred, BARRED)):
        if rows is not None and rows.any():
            batch.keep(~rows[left], reason)
            left &= ~rows
    if not kept[left].all():
        batch.keep(kept[left], SAMPLED_OUT)
