"""What the sampler did, as metrics. Labels are ids, rule names and fixed words, never content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanloom.component import Settings
    from spanloom.processors.sampler.decide import Decider
    from spanloom.processors.sampler.looked import Decided
    from spanloom.telemetry import Counter

PREFIX = "spanloom_processor_sampler_"
SAMPLED_OUT, BARRED, ERROR_CLOSED = "sampled_out", "sampling_priority", "sampling_error"
"""Why items are dropped, in the books."""

_HELP = "Items seen, by what decided on them and whether they were kept."


class SamplerMetrics:
    """The counters of one sampler."""

    def __init__(self, settings: Settings, decider: Decider) -> None:
        self._settings = settings
        self._labels = {"processor": settings.id}
        self._kept = [self._items(reason, "true") for reason in decider.reasons]
        self._dropped = [
            self._items(reason, "false") for reason in ("chance", "priority", "error_closed")
        ]
        self.gauge("percentage", "What chance keeps now, in per cent.", lambda: decider.percent)
        minimum = decider.minimum
        if minimum is not None:
            help_text = "Models counted for the minimum in this minute."
            self.gauge("models", help_text, lambda: float(minimum.n_models))

    def note(self, decided: Decided, n_barred: int, n_failed: int) -> None:
        """Count a batch's decisions; of what was dropped, so many for priority and for errors."""
        n_kept, n_gone = decided.n_kept, len(decided.kept) - decided.n_kept
        if decided.reasons is None:
            self._kept[0].add(n_kept)
        else:
            counts = np.bincount(decided.reasons[decided.kept])
            for counter, n in zip(self._kept, counts.tolist(), strict=False):
                counter.add(n)
        if n_gone:
            gone = n_gone - n_barred - n_failed, n_barred, n_failed
            for counter, n in zip(self._dropped, gone, strict=True):
                counter.add(n)

    def note_chance(self, n_kept: int, n_dropped: int) -> None:
        """Count what chance alone decided."""
        self._kept[0].add(n_kept)
        self._dropped[0].add(n_dropped)

    def counter(self, name: str, help_text: str, **labels: str) -> Counter:
        """A counter of this sampler."""
        telemetry = self._settings.telemetry
        return telemetry.counter(PREFIX + name, help_text, {**self._labels, **labels})

    def gauge(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """A gauge of this sampler."""
        self._settings.gauge(PREFIX + name, help_text, self._labels, read)

    def _items(self, policy: str, sampled: str) -> Counter:
        return self.counter("items", _HELP, policy=policy, sampled=sampled)
