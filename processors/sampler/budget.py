"""A percentage that follows the load, so that so many items a second are kept."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

from spanloom.processors.sampler.config import Budget as BudgetConfig

if TYPE_CHECKING:
    from spanloom.clock import Clock

_STEPS_PER_HALF = 4
"""The percentage moves on a grid of 2^(1/4): rarely, so that traces are seldom cut by a change."""


class Budget:
    """Sets the percentage once per interval from what came in the last one. Thread-safe.

    It looks at what came and at probabilities, never at what was kept: so the percentage does not
    depend on the randomness of any item, and 1 divided by it is a true weight.
    """

    def __init__(self, config: BudgetConfig, percent_max: float, clock: Clock) -> None:
        self._config = config
        self._percent_max = percent_max
        self._clock = clock
        self._lock = threading.Lock()
        self._step = 0
        self._step_max = max(0, _steps_down(config.min_percentage / percent_max))
        self._since_s = clock.monotonic_s()
        self._n_chance = self._n_certain = 0.0

    @property
    def percent(self) -> float:
        """What chance keeps now."""
        low = min(self._config.min_percentage, self._percent_max)
        return float(max(low, self._percent_max * 2.0 ** (-self._step / _STEPS_PER_HALF)))

    def note(self, n_chance: float, n_certain: float) -> None:
        """Count how many items are expected to stay: by chance at `percent`, and whatever it is."""
        with self._lock:
            self._n_chance += n_chance
            self._n_certain += n_certain
            elapsed_s = self._clock.monotonic_s() - self._since_s
            if elapsed_s >= self._config.interval:
                self._adjust(elapsed_s)

    def _adjust(self, elapsed_s: float) -> None:
        room = self._config.spans_per_second * elapsed_s - self._n_certain
        change = _STEPS_PER_HALF if room <= 0 else _steps_down(room / max(self._n_chance, 1e-9))
        change = min(max(change, -_STEPS_PER_HALF), _STEPS_PER_HALF)
        self._step = min(max(self._step + change, 0), self._step_max)
        self._since_s += elapsed_s
        self._n_chance = self._n_certain = 0.0


def _steps_down(ratio: float) -> int:
    """The fewest steps down (negative: the most up) that bring 1 to at most `ratio`."""
    return math.ceil(-_STEPS_PER_HALF * math.log2(ratio) - 1e-9)
