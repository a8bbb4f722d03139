"""Writes what each call of a model cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spanloom import semconv
from spanloom.component import Factory, Host, Processor, Settings, Signal
from spanloom.processors.cost import names, writing
from spanloom.processors.cost.config import Config, Deduplication
from spanloom.processors.cost.duplicates import Duplicates
from spanloom.processors.cost.handing_on import Heir
from spanloom.processors.cost.loading import Reloader, load_book
from spanloom.processors.cost.metrics import CostMetrics
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.pricer import PricedBatch, Pricer
from spanloom.processors.cost.sender import SenderCosts, mismatches, read_sender_costs
from spanloom.processors.cost.spend.billed import billed
from spanloom.processors.cost.spend.spend import TraceSpend

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.book import PriceBook
    from spanloom.processors.cost.plans import Resolved
    from spanloom.processors.cost.pricing import Priced

    Bool = NDArray[np.bool_]
    Doubles = NDArray[np.float64]


class CostProcessor(Processor):
    """Prices leaf calls of models: each call once, exactly, or not at all and then counted."""

    def __init__(self, config: Config, settings: Settings) -> None:
        """Reads all prices. Raises ConfigErrors with everything that is wrong with them."""
        self.settings = settings
        self._config = config
        self._metrics = CostMetrics(settings, config.unknown_models_max)
        self._duplicates = self._memory(config.deduplication)
        self._spend = (
            TraceSpend(config.trace_spend, settings) if config.trace_spend.enabled else None
        )
        self._sender_costs = {semconv.COST_AMOUNT, *config.sender_cost_attributes}
        self._new_book: PriceBook | None = None
        # Before the files are read, so that no change in between is missed.
        self._reloader = Reloader(
            config, settings, self._offer, lambda result: self._metrics.reloads[result].add(1)
        )
        self._pricer = Pricer(config, load_book(config, settings.config_dir), settings.clock)

    def _memory(self, limits: Deduplication) -> Heir | None:
        if not limits.enabled:
            return None
        forgotten = self._metrics.forgotten
        own = Duplicates(limits.calls_max, limits.age, limits.tolerance, lambda: forgotten.add(1))
        return Heir(self.settings.telemetry, (self.settings.id, limits), own)

    def start(self, host: Host) -> None:  # noqa: ARG002 - the API's signature
        duplicates = self._duplicates
        if duplicates is not None:
            duplicates.start()
            self._metrics.gauge(
                "calls_remembered",
                "Billed calls remembered now.",
                lambda: float(len(duplicates.memory)),
            )
        self._reloader.start()
        fields = {"component": self.settings.id, "lists": ", ".join(self._pricer.book.list_ids)}
        self.settings.logger.info("Calls of models are priced.", extra=fields)

    def shutdown(self, timeout_s: float) -> None:  # noqa: ARG002 - the API's signature
        self._reloader.stop()
        if self._duplicates is not None:
            self._duplicates.stop()

    def _offer(self, book: PriceBook) -> None:
        """Take these prices with the next batch; called by the reloader's thread."""
        self._new_book = book

    def process(self, batch: Traces) -> Traces:
        """The batch, its calls priced."""
        book = self._new_book
        if book is not None:
            self._new_book = None
            self._pricer.use(book)
        keys = frozenset(batch.keys())
        found = self._pricer.price(batch, keys)
        if found is not None:
            self._book(batch, keys, found)
        return batch

    def _book(self, batch: Traces, keys: AbstractSet[str], found: PricedBatch) -> None:
        costs = (
            None
            if self._sender_costs.isdisjoint(keys)
            else read_sender_costs(batch, keys, self._config.sender_cost_attributes)
        )
        said = self._said(found.priced, costs)
        self._count_unknown(found.priced, found.resolved)
        self._mark_duplicates(batch, found, said)
        self._write(batch, keys, found.priced, costs)
        if self._spend is not None:
            self._spend.note(batch, *billed(found.priced, costs, said))

    def _said(self, priced: Priced, costs: SenderCosts | None) -> Bool | None:
        """(n,) True for calls with a cost of the sender's; None: there are none."""
        if costs is None:
            return None
        said = costs.is_said & (priced.outcome != Outcome.NO_CALL)
        return said if said.any() else None

    def _mark_duplicates(self, batch: Traces, found: PricedBatch, said: Bool | None) -> None:
        if self._duplicates is None:
            return
        priced = found.priced
        rows = None
        if not priced.all_priced:
            is_billed = priced.outcome == Outcome.PRICED
            rows = np.flatnonzero(is_billed if said is None else is_billed | said)
            if not len(rows):
                return
        now_s = self.settings.clock.monotonic_s()
        prices = (found.usage, found.resolved)
        doubles = self._duplicates.memory.find(batch, rows, prices, now_s)
        if doubles:
            priced.outcome[doubles] = Outcome.DUPLICATE
            priced.all_priced = False

    def _write(
        self,
        batch: Traces,
        keys: AbstractSet[str],
        priced: Priced,
        costs: SenderCosts | None,
    ) -> None:
        estimated = (
            batch.attribute(names.TOKENS_ESTIMATED).present
            if names.TOKENS_ESTIMATED in keys
            else None
        )
        if priced.all_priced and costs is None and estimated is None:
            self._write_ours(batch, priced, None)
            self._metrics.priced.add(len(batch))
            return
        ours = priced.outcome == Outcome.PRICED
        notes: dict[str, Bool | None] = {}
        if costs is not None:
            both = ours & costs.is_said
            if estimated is not None:
                both &= ~estimated
            notes = self._write_sender(batch, priced, costs, both)
            writing.set_aside_doubles(batch, keys, priced.outcome)
            ours &= ~costs.is_said
        if ours.any():
            self._write_ours(batch, priced, ours)
        notes[names.ESTIMATED] = None if estimated is None else ours & estimated
        writing.write_notes(batch, priced.outcome, notes)
        self._count(priced.outcome)

    def _write_sender(
        self, batch: Traces, priced: Priced, costs: SenderCosts, both: Bool
    ) -> dict[str, Bool | None]:
        """The notes on senders' costs; `both` is True where ours and theirs may be compared."""
        outcome = priced.outcome
        notes: dict[str, Bool | None] = {}
        said = costs.is_said & (outcome != Outcome.NO_CALL) & (outcome != Outcome.DUPLICATE)
        if said.any():
            notes[names.SENDER_MISMATCH] = self._compare(batch, priced, costs, both)
            writing.write_sender(batch, costs, said)
        if costs.is_broken is not None:
            broken = costs.is_broken & (outcome != Outcome.NO_CALL)
            notes[names.SENDER_INVALID] = broken
            self._metrics.invalid.add(int(np.count_nonzero(broken)))
        return notes

    def _write_ours(self, batch: Traces, priced: Priced, where: Bool | None) -> None:
        writing.write_ours(batch, priced, priced.amounts(), where)
        if self._config.usd_micro:
            writing.write_micro(batch, priced, where)
        if self._config.price_version:
            writing.write_version(batch, priced, where)

    def _compare(
        self, batch: Traces, priced: Priced, costs: SenderCosts, both: Bool
    ) -> Bool | None:
        """(n,) True where the sender says another cost than ours; that is then told too."""
        amounts = priced.amounts()
        is_comparable = both & priced.in_currency("USD")
        found = mismatches(costs, amounts, is_comparable, self._config.mismatch_tolerance)
        n_found = int(np.count_nonzero(found))
        if not n_found:
            return None
        self._metrics.mismatches.add(n_found)
        writing.write_computed(batch, amounts, found)
        writing.write_origin(batch, priced, found)
        return found

    def _count(self, outcome: NDArray[np.uint8]) -> None:
        counts = np.bincount(outcome, minlength=1)
        found = np.flatnonzero(counts).tolist()
        self._metrics.note(
            {Outcome(each): int(counts[each]) for each in found if each != Outcome.NO_CALL}
        )

    def _count_unknown(self, priced: Priced, resolved: Resolved) -> None:
        if priced.table.is_whole:
            return
        rows = priced.codes[priced.outcome == Outcome.UNKNOWN_MODEL]
        for code, n in enumerate(np.bincount(rows, minlength=0).tolist()):
            if n:
                self._metrics.unknown_model(resolved.models[code] or "", n)


FACTORY = Factory(
    config=Config,
    create=CostProcessor,
    signals=frozenset[Signal]({"traces"}),
    stability="alpha",
)
