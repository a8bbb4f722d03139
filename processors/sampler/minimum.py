"""The first items of every model in a minute."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spanloom.processors.sampler.config import Minimum

if TYPE_CHECKING:
    from spanloom.batch import Column
    from spanloom.clock import Clock

Bool = NDArray[np.bool_]

_MINUTE_S = 60.0
_OTHER = ""


class ModelMinimum:
    """Counts what came, never what was kept: a count that knew the outcome of chance would
    spoil the weights. Thread-safe.
    """

    def __init__(self, config: Minimum, clock: Clock) -> None:
        self.attribute = config.attribute
        self._quota = config.per_model_per_minute
        self._models_max = config.models_max
        self._clock = clock
        self._lock = threading.Lock()
        self._minute = -1
        self._left: dict[str, int] = {}

    @property
    def n_models(self) -> int:
        """Models counted in this minute."""
        return len(self._left)

    def first(self, column: Column) -> Bool:
        """(n,) True for items that are among the first of their model in this minute."""
        codes = column.codes
        chosen = np.zeros(len(codes), np.bool_)
        with self._lock:
            self._begin_minute()
            for code, name in enumerate(column.values):
                rows = np.flatnonzero(codes == code)
                n_taken = self._take(name, len(rows))
                chosen[rows[:n_taken]] = True
        return chosen

    def take(self, name: str) -> bool:
        """Whether one more of this model is among the first of this minute."""
        with self._lock:
            self._begin_minute()
            return self._take(name, 1) == 1

    def _begin_minute(self) -> None:
        minute = int(self._clock.monotonic_s() // _MINUTE_S)
        if minute != self._minute:
            self._minute = minute
            self._left = {}

    def _take(self, name: str, n_items: int) -> int:
        if name not in self._left and len(self._left) >= self._models_max:
            name = _OTHER
        left = self._left.get(name, self._quota)
        n_taken = min(left, n_items)
        self._left[name] = left - n_taken
        return n_taken
