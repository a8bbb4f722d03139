"""What the memory of traces does, as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanloom.component import Settings
    from spanloom.telemetry import Counter

_PREFIX: Final = "spanloom_processor_cost_spend_"
_FORGOTTEN: Final = "Traces forgotten, by reason."
_REASONS: Final = ("age", "traces_max", "calls_max")
_EVENTS: Final = {
    "retries": "Calls that repeat a failed one.",
    "fallbacks": "Calls of another model or provider after a failed one.",
    "repeated_spans": "Calls whose span came again; they count once.",
    "late_failures": "Failed calls that came after what may have repeated them.",
}


class SpendMetrics:
    """The counters of one processor's memory of traces."""

    def __init__(self, settings: Settings, n_traces: Callable[[], float]) -> None:
        self._settings = settings
        self._labels = {"processor": settings.id}
        telemetry = settings.telemetry
        settings.gauge(_PREFIX + "traces", "Traces remembered now.", self._labels, n_traces)
        self._forgotten = {
            reason: telemetry.counter(
                _PREFIX + "forgotten_traces", _FORGOTTEN, {**self._labels, "reason": reason}
            )
            for reason in _REASONS
        }
        self._events: dict[str, Counter] = {
            event: telemetry.counter(_PREFIX + event, text, self._labels)
            for event, text in _EVENTS.items()
        }

    def forgotten(self, reason: str, n: int) -> None:
        """Count traces that are no longer remembered."""
        self._forgotten[reason].add(n)

    def happened(self, event: str, n: int = 1) -> None:
        """Count one of the events."""
        self._events[event].add(n)
