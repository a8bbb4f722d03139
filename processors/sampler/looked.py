"""What is known of a batch before a decision, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spanloom.processors.sampler.incoming import Incoming
from spanloom.processors.sampler.randomness import U64

Bool = NDArray[np.bool_]
Reasons = NDArray[np.int16]

CHANCE, PRIORITY, MINIMUM, ERROR_OPEN, FIRST_RULE = range(5)


class Wish(NamedTuple):
    """That items stay at `percent` at least, whatever chance says; why; and (n,) which."""

    percent: float
    reason: int
    rows: Bool


@dataclass(slots=True)
class Forced:
    """(n,) each: the percentage at which an item stays whatever chance says (0: none), and why."""

    percents: NDArray[np.float64]
    reasons: Reasons

    def raise_to(self, percent: float, reason: int, rows: Bool) -> None:
        """Keep these rows at `percent` if that is more than they have."""
        rows = rows & np.less(self.percents, np.float64(percent))
        self.percents[rows] = percent
        self.reasons[rows] = reason


@dataclass(slots=True)
class Looked:
    """What is known of n items before a decision. The arrays are its own.

    Attributes:
        incoming: randomness, and thresholds applied before.
        barred: (n,) spans that chance must not keep; None: none.
        asked: (n,) thresholds that log records ask for, `NEVER` for none; None: nobody asks.
        forced: by rules, priority and minimum; None: nothing.
    """

    incoming: Incoming
    barred: Bool | None = None
    asked: U64 | None = None
    forced: Forced | None = None

    def __len__(self) -> int:
        return len(self.incoming)

    def force(self, percent: float, reason: int, rows: Bool) -> None:
        """As `Forced.raise_to`."""
        if self.forced is None:
            n_items = len(self)
            self.forced = Forced(np.zeros(n_items), np.zeros(n_items, np.int16))
        self.forced.raise_to(percent, reason, rows)


@dataclass(slots=True)
class Decided:
    """What becomes of n items.

    Attributes:
        kept: (n,) whether an item stays.
        limits: (n,) at which threshold, or one number that holds for all.
        reasons: (n,) by what; None: all by chance.
        n_kept: how many stay.
    """

    kept: Bool
    limits: U64 | np.uint64
    reasons: Reasons | None
    n_kept: int

    @property
    def thresholds(self) -> U64:
        """(n,) at which threshold; not to be written."""
        return np.broadcast_to(self.limits, self.kept.shape)

    def rows_kept(self) -> Decided:
        """The same of the items that stay."""
        kept, limits, reasons = self.kept, self.limits, self.reasons
        return Decided(
            kept[kept],
            limits[kept] if isinstance(limits, np.ndarray) else limits,
            None if reasons is None else reasons[kept],
            self.n_kept,
        )
