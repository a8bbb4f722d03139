"""The prices of a batch, one row per kind of call, in the forms that columns are made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.cost.flat import Flat
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.usage import COMMON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.processors.cost.prices import Entry

TextOf = Callable[["Entry"], str]


class PriceTable:
    """Immutable; made once for batches alike.

    Attributes:
        flats: by code; None: no price.
        is_plain: every code has a price for the fast arithmetic.
        status: by code, the `Outcome` as far as the price alone decides.
        constants: by code, pico per call.
        factors: by unit, by code, pico per unit; only units that change an amount.
        first_step: the least input above which some price changes; None: no price does.
    """

    def __init__(self, flats: list[Flat | None]) -> None:
        self.flats = flats
        self.is_plain = all(each is not None and not each.is_exact for each in flats)
        self.status = np.array([_status(each) for each in flats], np.uint8)
        self.constants = np.array([each.constant if each else 0 for each in flats], np.int64)
        rows = [each.factors if each else (0,) * len(COMMON) for each in flats]
        columns = np.array(rows, np.int64).reshape(len(flats), len(COMMON)).T
        self.factors: dict[str, NDArray[np.int64]] = {
            unit: column.copy()
            for unit, column in zip(COMMON, columns, strict=True)
            if column.any()
        }
        steps = [each.steps[0][0] for each in flats if each and each.steps]
        self.first_step = min(steps, default=None)
        self._texts: dict[TextOf, tuple[list[str], NDArray[np.intp] | None]] = {}

    def __len__(self) -> int:
        return len(self.flats)

    def texts(self, text_of: TextOf) -> tuple[list[str], NDArray[np.intp] | None]:
        """(distinct texts of the entries, by code the position among them or -1).

        The codes are None where every entry has the same text.

        `text_of` must be the same function each time: what it says is remembered.
        """
        found = self._texts.get(text_of)
        if found is None:
            texts = [text_of(each.entry) if each else "" for each in self.flats]
            distinct = [text for text in dict.fromkeys(texts) if text]
            codes = [distinct.index(text) if text else -1 for text in texts]
            is_one = len(distinct) == 1 and not any(codes)
            found = self._texts[text_of] = (distinct, None if is_one else np.array(codes, np.intp))
        return found

    def of_codes(self, by_code: NDArray[Any], codes: NDArray[Any]) -> Any:
        """(n,) a column of the table spread over the rows; one value where all have the same."""
        return by_code[0] if len(by_code) == 1 else by_code[codes]


def _status(each: Flat | None) -> Outcome:
    if each is None:
        return Outcome.UNKNOWN_MODEL
    return Outcome.EXACT if each.is_exact else Outcome.PRICED
