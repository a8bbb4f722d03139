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
# What is longer is no name of a model, and would be kept for a minute.
_NAME_CHARACTERS_MAX = 256


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

    def first(self, column: Column) -> Bool | None:
        """(n,) True for items that are among the first of their model in this minute; None: none.

        Most often none is: a model is then one step, not one per item.
        """
        codes, names = column.codes, column.values
        # The items without a model come first, under -1.
        _, *counts = np.bincount(codes + 1, minlength=1).tolist()
        with self._lock:
            self._begin_minute()
            taken = [self._take(*model) for model in zip(names, counts, strict=True)]
        if not any(taken):
            return None
        chosen = np.zeros(len(codes), np.bool_)
        for code, n_taken in enumerate(taken):
            if n_taken:
                chosen[np.flatnonzero(codes == code)[:n_taken]] = True
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
        is_known = name in self._left
        if len(name) > _NAME_CHARACTERS_MAX or (not is_known and self.n_models >= self._models_max):
            name = _OTHER
        left = self._left.get(name, self._quota)
        n_taken = min(left, n_items)
        self._left[name] = left - n_taken
        return n_taken
