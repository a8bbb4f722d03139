"""Costs that senders computed themselves: kept, and compared with ours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spanloom import semconv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces

    Doubles = NDArray[np.float64]
    Bool = NDArray[np.bool_]

_USD = "USD"


@dataclass(slots=True)
class SenderCosts:
    """What senders say.

    Attributes:
        amounts: (n,) NaN where a span says nothing.
        is_final: (n,) True where it stands in `gen_ai.usage.cost.amount` already.
        is_usd: (n,) True where it is in USD, as far as anyone says.
        is_broken: (n,) True where an attribute for a cost holds none; None: nowhere.
    """

    amounts: Doubles
    is_final: Bool
    is_usd: Bool
    is_broken: Bool | None = None

    @property
    def is_said(self) -> Bool:
        said: Bool = ~np.isnan(self.amounts)
        return said


def read_sender_costs(
    batch: Traces, keys: Collection[str], names: Sequence[str]
) -> SenderCosts | None:
    """None when no span of the batch has one.

    Args:
        batch: the spans.
        keys: the attributes that it has.
        names: where costs may stand, the first present one counts.
    """
    present = [name for name in (semconv.COST_AMOUNT, *names) if name in keys]
    if not present:
        return None
    amounts = np.full(len(batch), np.nan)
    is_broken: Bool = np.zeros(len(batch), np.bool_)
    is_final: Bool = np.zeros(len(batch), np.bool_)
    for name in reversed(present):
        column = batch.attribute(name)
        values = column.floats()
        is_cost: Bool = np.isfinite(values) & (values >= 0)
        amounts[is_cost] = values[is_cost]
        is_broken |= column.present & ~is_cost
        if name == semconv.COST_AMOUNT:
            is_final = is_cost
    is_usd: Bool = np.ones(len(batch), np.bool_)
    if is_final.any() and semconv.COST_CURRENCY in keys:
        said = batch.attribute(semconv.COST_CURRENCY).strings(_USD)
        is_usd = ~is_final | np.array([currency == _USD for currency in said], np.bool_)
    return SenderCosts(amounts, is_final, is_usd, is_broken if is_broken.any() else None)


def mismatches(costs: SenderCosts, ours: Doubles, is_comparable: Bool, tolerance: float) -> Bool:
    """(n,) True where both are known and differ by more than a share of the larger one."""
    both = is_comparable & costs.is_said & costs.is_usd
    theirs = np.where(both, costs.amounts, 0.0)
    mine = np.where(both, ours, 0.0)
    differs: Bool = np.abs(theirs - mine) > tolerance * np.maximum(theirs, mine)
    return both & differs
