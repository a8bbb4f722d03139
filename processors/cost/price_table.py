"""The prices of a batch, one row per kind of call, in the forms that columns are made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from spanloom.processors.cost.flat import Flat
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.usage import COMMON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.processors.cost.prices import Entry

    Int = NDArray[np.int64]

TextOf = Callable[["Entry"], str]


class PriceTable:
    """Immutable; made once for batches alike.

    Attributes:
        flats: by code; None: no price.
        is_whole: every code has a price.
        is_plain: every code has one for the fast arithmetic.
        status: by code, the `Outcome` as far as the price alone decides.
        constants: by code, pico per call; None: 0 everywhere.
        first_step: the least input above which some price changes; None: no price does.
    """

    def __init__(self, flats: list[Flat | None]) -> None:
        self.flats = flats
        self.is_whole = None not in flats
        self.is_plain = all(each is not None and not each.is_exact for each in flats)
        self.status = np.array([_status(each) for each in flats], np.uint8)
        constants = [each.constant if each else 0 for each in flats]
        self.constants = np.array(constants, np.int64) if any(constants) else None
        rows = [each.factors if each else (0,) * len(COMMON) for each in flats]
        self._factors = np.array(rows, np.int64).reshape(len(flats), len(COMMON)).T
        self._factors_of: dict[tuple[str, ...], Int] = {}
        steps = [each.steps[0][0] for each in flats if each and each.steps]
        self.first_step = min(steps, default=None)
        self._texts: dict[TextOf, str | list[str | None] | None] = {}

    def __len__(self) -> int:
        return len(self.flats)

    def texts(self, text_of: TextOf) -> str | list[str | None] | None:
        """A text of the entries by code, None where it is empty; or the one that all have.

        None where every entry's is empty. `text_of` must be the same function each time: what it
        says is remembered.
        """
        if text_of not in self._texts:
            texts = [(text_of(each.entry) or None) if each else None for each in self.flats]
            is_one = len(set(texts)) == 1
            self._texts[text_of] = texts[0] if is_one else texts or None
        return self._texts[text_of]

    def factors(self, units: tuple[str, ...]) -> Int:
        """(units, codes) pico per unit, of some of the common ones."""
        found = self._factors_of.get(units)
        if found is None:
            places = [list(COMMON).index(unit) for unit in units]
            found = self._factors_of[units] = self._factors[places]
        return found


def _status(each: Flat | None) -> Outcome:
    if each is None:
        return Outcome.UNKNOWN_MODEL
    return Outcome.EXACT if each.is_exact else Outcome.PRICED
