"""What the normaliser did, as metrics. Labels are names of dialects and fixed words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.logs import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spanloom.component import Settings
    from spanloom.telemetry import Counter

PREFIX = "spanloom_processor_genai_normalizer_"
_HELP = {
    "items": "Items that a dialect added current names to, by dialect.",
    "problems": "Values that were left as they are, by reason.",
    "errors": "Dialects that failed on a batch, which went on without them.",
    "dropped_events": "Events of chunks that were dropped once their time was taken, by dialect.",
    "released_calls": "Calls whose message events were held, by why they went on.",
}


class Counters:
    """The counters of one processor."""

    def __init__(self, settings: Settings, n_plans: Callable[[], float]) -> None:
        self._telemetry = settings.telemetry
        self._logger = settings.logger
        self._processor = {"processor": settings.id}
        self._counters: dict[tuple[str, str], Counter] = {}
        self._gauge = settings.gauge
        self._gauge(
            PREFIX + "plans", "Sets of attribute keys known by now.", self._processor, n_plans
        )

    def items(self, dialect: str, n: int) -> None:
        self._counter("items", "dialect", dialect).add(n)

    def dropped_events(self, dialect: str, n: int) -> None:
        if n:
            self._counter("dropped_events", "dialect", dialect).add(n)

    def problems(self, problems: Mapping[str, int]) -> None:
        for reason, n in problems.items():
            self._counter("problems", "reason", reason).add(n)

    def released(self, reason: str) -> None:
        """One call that was held goes on."""
        self._counter("released_calls", "reason", reason).add(1)

    def gauge_held(self, n_records: Callable[[], float], n_bytes: Callable[[], float]) -> None:
        gauge, text = self._gauge, "of message events that wait for others of their call."
        gauge(PREFIX + "held_records", f"Records {text}", self._processor, n_records)
        gauge(PREFIX + "held_bytes", f"Bytes {text}", self._processor, n_bytes)

    def failed(self, dialect: str, error: Exception) -> None:
        """Count a defect in a dialect; the log has it once."""
        counter = self._counter("errors", "dialect", dialect)
        if not counter.value:
            fields = {**self._processor, "dialect": dialect, "error": describe(error)}
            self._logger.error("A dialect failed on a batch; told once.", extra=fields)
        counter.add(1)

    def _counter(self, what: str, label: str, value: str) -> Counter:
        counter = self._counters.get((what, value))
        if counter is None:
            labels = {**self._processor, label: value}
            counter = self._telemetry.counter(PREFIX + what, _HELP[what], labels)
            self._counters[what, value] = counter
        return counter
