"""From a probability to a threshold, by mode."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Protocol

import numpy as np

from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.randomness import U64, percent_threshold
from spanloom.processors.sampler.threshold import ALWAYS, NEVER, probability_of, threshold_of

_ALL = 100.0
_BUCKETS = 0x4000
# The Collector multiplies and cuts in 32 bits; so 10 % are 1638 buckets, never 1639.
_BUCKETS_PER_PERCENT = np.float32(_BUCKETS / 100)


class Mode(Hashable, Protocol):
    """How a mode makes thresholds. A larger percentage never gives a larger threshold."""

    def threshold(self, percent: float, incoming: int) -> int:
        """The threshold at which `percent` (0 to 100) of what comes with `incoming` is kept.

        Args:
            percent: of the items, or to the percentage, as the mode says.
            incoming: a threshold that was applied before; `NEVER` stands for none.
        """


class HashSeed:
    """14 bits of precision, cut; nothing can have come before it."""

    def threshold(self, percent: float, incoming: int) -> int:  # noqa: ARG002 - the protocol's
        return (_BUCKETS - int(np.float32(percent) * _BUCKETS_PER_PERCENT)) << 42


class Sha256Mod:
    """Exact in whole per cents; nothing can have come before it."""

    def threshold(self, percent: float, incoming: int) -> int:  # noqa: ARG002 - the protocol's
        return percent_threshold(percent)


class Proportional:
    """The percentage of what comes."""

    def __init__(self, precision: int) -> None:
        self._precision = precision

    def threshold(self, percent: float, incoming: int) -> int:
        before = 1.0 if incoming == NEVER else probability_of(incoming)
        return threshold_of(before * _ratio(percent), self._precision)


class Equalizing:
    """The percentage of what there was at first; what is below it already stays."""

    def __init__(self, precision: int) -> None:
        self._precision = precision

    def threshold(self, percent: float, incoming: int) -> int:
        own = threshold_of(_ratio(percent), self._precision)
        return own if incoming == NEVER else max(own, incoming)


def make_mode(config: Config) -> Mode:
    """The mode that the configuration names."""
    match config.mode:
        case "hash_seed":
            return HashSeed()
        case "sha256_mod":
            return Sha256Mod()
        case "proportional":
            return Proportional(config.sampling_precision)
        case "equalizing":
            return Equalizing(config.sampling_precision)


def thresholds(mode: Mode, percent: float, incoming: U64 | None, n_items: int) -> U64:
    """(n,) what the mode makes of each incoming threshold; None where no item has one."""
    if incoming is None:
        return np.full(n_items, first_threshold(mode, percent), np.uint64)
    befores = incoming.tolist()
    made = {before: _threshold(mode, percent, before) for before in set(befores)}
    return np.array([made[before] for before in befores], np.uint64)


def first_threshold(mode: Mode, percent: float) -> int:
    """What the mode makes of items that come without a threshold."""
    return _threshold(mode, percent, NEVER)


@lru_cache(maxsize=4096)
def _threshold(mode: Mode, percent: float, incoming: int) -> int:
    if percent <= 0:
        return NEVER
    if percent >= _ALL and incoming == NEVER:
        return ALWAYS
    return mode.threshold(percent, incoming)


def _ratio(percent: float) -> float:
    return float(np.float32(percent)) / 100
