"""What `cost` did, as metrics. Labels are fixed words, and names of models in a bounded table."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from spanloom.processors.cost.names import Outcome

if TYPE_CHECKING:
    from spanloom.component import Settings
    from spanloom.telemetry import Counter

PREFIX = "spanloom_processor_cost_"
OTHER = "other"
# Senders choose the names of models: what may be a sentence is not shown.
_NAME = re.compile(r"[\w.:/@+~-]+", re.ASCII)
_NAME_LENGTH_MAX = 100
_CALLS = "Calls of models, by what became of their cost."
_REASONS = (
    Outcome.PRICED,
    Outcome.UNKNOWN_MODEL,
    Outcome.MISSING_USAGE,
    Outcome.CONTRADICTION,
    Outcome.DUPLICATE,
    Outcome.FAILED_CALL,
)


class CostMetrics:
    """The counters of one processor.

    Args:
        settings: the processor's.
        models_max: how many unknown models are counted by name.
    """

    def __init__(self, settings: Settings, models_max: int) -> None:
        self._settings = settings
        self._labels = {"processor": settings.id}
        self._models_max = models_max
        self._unknown: dict[str, Counter] = {}
        # What should be 0 is there from the start, so that an alert can see it.
        self._outcomes = {
            each: self._counter("calls", _CALLS, outcome=each.word) for each in _REASONS
        }
        self.priced = self._outcomes[Outcome.PRICED]
        self.mismatches = self._counter(
            "sender_mismatches", "Costs of senders that differ from ours."
        )
        self.invalid = self._counter(
            "sender_costs_invalid", "Attributes for a sender's cost that hold none."
        )
        self.reloads = {
            result: self._counter("reloads", "Price files read again, by result.", result=result)
            for result in ("success", "failure")
        }
        self.forgotten = self._counter(
            "calls_forgotten_early", "Times that billed calls were forgotten for want of room."
        )

    def note(self, counts: dict[Outcome, int]) -> None:
        """Count what became of the calls of a batch."""
        for outcome, n in counts.items():
            self._outcomes[outcome].add(n)

    def unknown_model(self, model: str, n: int) -> None:
        """Count calls of a model without a price; a name that looks like one is logged once."""
        name = model[:_NAME_LENGTH_MAX] or "(none)"
        if model and not _NAME.fullmatch(name):
            name = OTHER
        counter = self._unknown.get(name)
        if counter is None:
            if len(self._unknown) >= self._models_max:
                name = OTHER
            counter = self._counter(
                "unknown_models", "Calls of models without a price, by model.", model=name
            )
            self._unknown.setdefault(name, counter)
            if name != OTHER:
                fields = {"component": self._settings.id, "model": name}
                self._settings.logger.warning("A model has no price.", extra=fields)
        counter.add(n)

    def gauge(self, name: str, help_text: str, read: Callable[[], float], **labels: str) -> None:
        """A gauge of this processor."""
        self._settings.gauge(PREFIX + name, help_text, {**self._labels, **labels}, read)

    def _counter(self, name: str, help_text: str, **labels: str) -> Counter:
        telemetry = self._settings.telemetry
        return telemetry.counter(PREFIX + name, help_text, {**self._labels, **labels})
