"""Which items stay, and at which threshold: the heart of the sampler, over columns.

A threshold depends on what an item says and on what came before it, never on its randomness.
So what stays at threshold T stands for 2^56 / (2^56 - T) items like it, whatever kept it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spanloom.batch import Logs, Traces
from spanloom.processors.sampler.budget import Budget
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.ids import IdSource, TraceIdSource, make_source
from spanloom.processors.sampler.incoming import Incoming, read_logs, read_spans
from spanloom.processors.sampler.looked import (
    CHANCE,
    ERROR_OPEN,
    FIRST_RULE,
    MINIMUM,
    PRIORITY,
    Bool,
    Decided,
    Forced,
    Looked,
    Reasons,
    Wish,
)
from spanloom.processors.sampler.minimum import ModelMinimum
from spanloom.processors.sampler.modes import first_threshold, make_mode, thresholds
from spanloom.processors.sampler.priority import log_priority, span_priority
from spanloom.processors.sampler.randomness import U64
from spanloom.processors.sampler.rules import CompiledRule, compile_rule
from spanloom.processors.sampler.threshold import ALWAYS, NEVER, probability_of

if TYPE_CHECKING:
    from spanloom.clock import Clock

_CERTAIN = 100.0


class Decider:
    """Looks at batches, and decides. Thread-safe."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        percent = min(config.sampling_percentage, _CERTAIN)
        self._percent = percent
        self._mode = make_mode(config)
        self.rules: list[CompiledRule] = [compile_rule(rule) for rule in config.rules]
        self.minimum = None if config.minimum is None else ModelMinimum(config.minimum, clock)
        self.budget = None if config.budget is None else Budget(config.budget, percent, clock)
        self._never = first_threshold(self._mode, percent) == NEVER
        # Without chance no randomness of its own is needed; the Collector uses none either.
        self._source: IdSource = (
            TraceIdSource() if self._never and not self.rules else make_source(config)
        )
        self.writes_randomness = self._source.derives
        self._levels = sorted({_CERTAIN, *(rule.percent for rule in self.rules)})
        names = [f"rule:{rule.name}" for rule in self.rules]
        self.reasons = ["chance", "priority", "minimum", "error_open", *names]
        """Names of the reasons, by number."""

    @property
    def percent(self) -> float:
        """What chance keeps now, 0 to 100."""
        return self._percent if self.budget is None else self.budget.percent

    @property
    def threshold(self) -> int:
        """The same for items that come without a threshold."""
        return first_threshold(self._mode, self.percent)

    def ask_rules(self, batch: Traces | Logs) -> list[Wish]:
        """What the rules keep."""
        wishes = []
        for number, rule in enumerate(self.rules, FIRST_RULE):
            rows = rule.rows(batch)
            if rows is not None:
                wishes.append(Wish(rule.percent, number, rows))
        return wishes

    def ask_minimum(self, batch: Traces | Logs) -> list[Wish]:
        """The first of every model, which counts them."""
        if self.minimum is None:
            return []
        rows = self.minimum.first(batch.attribute(self.minimum.attribute))
        return [] if rows is None else [Wish(_CERTAIN, MINIMUM, rows)]

    def look(self, batch: Traces | Logs, wishes: Sequence[Wish]) -> Looked:
        """What is known of the items: what they say about themselves, and what keeps them."""
        if isinstance(batch, Traces):
            looked = Looked(read_spans(batch, self._source))
            self._look_at_priority(batch, looked)
        else:
            looked = Looked(read_logs(batch, self._source))
            if self._config.sampling_priority:
                precision = self._config.sampling_precision
                looked.asked = log_priority(batch, self._config.sampling_priority, precision)
        for wish in wishes:
            looked.force(*wish)
        return looked

    def _look_at_priority(self, batch: Traces, looked: Looked) -> None:
        priority = span_priority(batch)
        if priority is not None:
            looked.barred = priority.barred
            looked.force(_CERTAIN, PRIORITY, priority.must)

    def decide(self, looked: Looked, percents: NDArray[np.float64] | None = None) -> Decided:
        """Kept or not, item by item.

        Args:
            looked: what is known.
            percents: (n,) what chance keeps of each, where that was set before; else as now.
        """
        if percents is None and self._is_plain(looked):
            return self._decide_plain(looked)
        limits, reasons = self._by_chance(looked, percents), None
        if looked.forced is not None:
            reasons = self._by_force(looked, looked.forced, limits)
        if self.budget is not None:
            self._note(self.budget, looked, limits)
        kept = limits <= looked.incoming.randomness
        reasons = self._with_errors(looked, reasons)
        return Decided(kept, limits, reasons, int(np.count_nonzero(kept)))

    def _is_plain(self, looked: Looked) -> bool:
        asks = looked.forced is None and looked.barred is None and looked.asked is None
        return asks and looked.incoming.is_plain

    def _decide_plain(self, looked: Looked) -> Decided:
        """The usual case, one threshold for all, several times faster."""
        limit, randomness = self.threshold, looked.incoming.randomness
        if self.budget is not None:
            self.budget.note(len(looked) * probability_of(limit), 0.0)
        limits, n_items = np.uint64(limit), len(looked)
        if limit == ALWAYS:
            return Decided(np.ones(n_items, np.bool_), limits, None, n_items)
        kept = limits <= randomness
        return Decided(kept, limits, None, int(np.count_nonzero(kept)))

    def _note(self, budget: Budget, looked: Looked, limits: U64) -> None:
        """Tell the budget how many items are expected to stay."""
        before = looked.incoming.thresholds
        came = (
            np.zeros_like(limits)
            if before is None
            else np.where(before == NEVER, np.uint64(ALWAYS), before)
        )
        whole = np.uint64(NEVER)
        stays = (whole - np.maximum(limits, came)) / (whole - came)
        forced = 0.0
        if looked.forced is not None:
            forced = float(stays[np.greater(looked.forced.percents, np.float64(0))].sum())
        budget.note(float(stays.sum()) - forced, forced)

    def _with_errors(self, looked: Looked, reasons: Reasons | None) -> Reasons | None:
        failed = self.failed(looked.incoming)
        if failed is None or self._config.fail_closed:
            return reasons
        found = np.zeros(len(looked), np.int16) if reasons is None else reasons
        found[failed & (found == CHANCE)] = ERROR_OPEN
        return found

    def failed(self, incoming: Incoming) -> Bool | None:
        """(n,) wrong items; None: no item.

        Where nothing is left to chance, only what cannot be read is wrong, as in the Collector.
        """
        return incoming.broken if self._never else incoming.failed

    def _by_chance(self, looked: Looked, percents: NDArray[np.float64] | None) -> U64:
        incoming = looked.incoming
        if percents is None:
            limits = self._limits(self.percent, incoming)
        else:
            limits = self._limits_each(percents, incoming)
        failed = self.failed(incoming)
        if failed is not None:
            limits[failed] = NEVER if self._config.fail_closed else ALWAYS
        if looked.barred is not None:
            limits[looked.barred] = NEVER
        if looked.asked is not None:
            limits = np.where(looked.asked == NEVER, limits, looked.asked)
        return limits

    def _by_force(self, looked: Looked, forced: Forced, limits: U64) -> Reasons:
        """Lower the limits of what is forced; (n,) what set the limit."""
        reasons = np.zeros(len(looked), np.int16)
        failed = looked.incoming.failed
        for percent in self._levels:
            rows = np.equal(forced.percents, np.float64(percent))
            if not np.count_nonzero(rows):
                continue
            if percent >= _CERTAIN:
                own = np.full(len(looked), ALWAYS, np.uint64)
            else:
                own = self._limits(percent, looked.incoming)
                rows = rows if failed is None else rows & ~failed
            rows = rows & (own < limits)
            limits[rows] = own[rows]
            reasons[rows] = forced.reasons[rows]
        return reasons

    def _limits(self, percent: float, incoming: Incoming) -> U64:
        return thresholds(self._mode, percent, incoming.thresholds, len(incoming))

    def _limits_each(self, percents: NDArray[np.float64], incoming: Incoming) -> U64:
        limits = np.full(len(incoming), NEVER, np.uint64)
        for percent in np.unique(percents):
            rows = percents == percent
            limits[rows] = self._limits(float(percent), incoming)[rows]
        return limits
