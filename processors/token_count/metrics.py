"""What the processor filled and what it left, as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from spanloom.processors.token_count.captured import SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanloom.component import Settings
    from spanloom.processors.token_count.fill import Filling
    from spanloom.telemetry import Counter

REASONS: Final = ("no_text", "malformed", "media", "failed", "batch_limit")
_Label = TypeVar("_Label", bound=str)
_PREFIX: Final = "spanloom_processor_token_count_"
_FILLED: Final = "Token counts filled, by side."
_SKIPPED: Final = "Token counts that could not be filled, by reason."
_SAMPLED: Final = "Token counts estimated from the beginning of a long text."


class TokenCountMetrics:
    """The counters of one processor."""

    def __init__(self, settings: Settings) -> None:
        telemetry, labels = settings.telemetry, {"processor": settings.id}
        self._filled = {
            side: telemetry.counter(_PREFIX + "filled", _FILLED, {**labels, "side": side})
            for side in SIDES
        }
        self._skipped = {
            reason: telemetry.counter(_PREFIX + "skipped", _SKIPPED, {**labels, "reason": reason})
            for reason in REASONS
        }
        self._sampled = telemetry.counter(_PREFIX + "sampled", _SAMPLED, labels)

    def note(self, filling: Filling) -> None:
        """Count what happened to one batch."""
        _add(self._filled, filling.filled)
        _add(self._skipped, filling.skipped)
        if filling.n_sampled:
            self._sampled.add(filling.n_sampled)


def _add(counters: Mapping[_Label, Counter], counts: Mapping[_Label, int]) -> None:
    for label, n in counts.items():
        counters[label].add(n)
