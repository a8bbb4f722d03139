"""What was found for the names of a batch: prices, and the time in which they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spanloom.processors.cost.calls import Names, Operations
from spanloom.processors.cost.price_table import PriceTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.processors.cost.book import Timeline
    from spanloom.processors.cost.flat import Flat
    from spanloom.processors.cost.same_response import Model

    Bool = NDArray[np.bool_]
    Codes = NDArray[np.signedinteger]

NAME_LENGTH_MAX = 500
"""A longer name is no model's."""


@dataclass(slots=True)
class Resolved:
    """The prices of a batch.

    Attributes:
        codes: (n,) position in `table`; not to be changed.
        table: the prices.
        models: what the span calls its model, by position; None where nothing does.
        known_models: by position, the price's entry and the names; empty where it has no price.
        operations: by position.
    """

    codes: Codes
    table: PriceTable
    models: list[str | None]
    known_models: list[Model]
    operations: Operations

    @property
    def is_call(self) -> Bool | None:
        """(n,) True for calls of a model; None: all are."""
        return self._rows(self.operations.are_calls)

    @property
    def no_output(self) -> Bool | None:
        """(n,) True where there can be no output; None: nowhere."""
        return self._rows(self.operations.without_output)

    @property
    def lacks(self) -> bool:
        """Whether a call has no price."""
        if self.table.is_whole:
            return False
        are_calls = self.operations.are_calls
        return any(
            each is None and (are_calls is None or bool(are_calls[code]))
            for code, each in enumerate(self.table.flats)
        )

    def _rows(self, by_code: Bool | None) -> Bool | None:
        return None if by_code is None else by_code[self.codes]


@dataclass(slots=True)
class Plan:
    """What was found for some names, and the time in which it holds.

    Attributes:
        names: by code.
        timelines: likewise; None for what is no call, too.
        models, operations: as in `Resolved`.
        table: the prices from `from_ns` until before `until_ns`; None: not made yet.
        known_models: as in `Resolved`, likewise.
    """

    names: list[Names]
    timelines: list[Timeline | None]
    models: list[str | None]
    operations: Operations
    known_models: list[Model] = field(default_factory=list)
    table: PriceTable | None = None
    from_ns: int = 0
    until_ns: int = 0

    def resolved(self, codes: Codes, table: PriceTable) -> Resolved:
        """The same for the spans of a batch."""
        return Resolved(codes, table, self.models, self.known_models, self.operations)


def known_model(names: Names, flat: Flat | None) -> Model:
    """The price's entry and the names; empty where there is no price."""
    if flat is None:
        return ()
    return (flat.entry.name, *(name.lower()[:NAME_LENGTH_MAX] for name in names.models if name))


def is_short(names: Names) -> bool:
    """Whether the names may be remembered: memory is bounded in bytes too."""
    each_name = (*names[:-1], *names.context)
    return all(name is None or len(name) <= NAME_LENGTH_MAX for name in each_name)
