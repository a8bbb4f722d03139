"""What the calls of a batch cost, over columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spanloom.processors.cost import exact
from spanloom.processors.cost.checks import (
    Calls,
    contradiction,
    missing_counts,
    nothing_counted,
    promptless,
    without_promptless,
)
from spanloom.processors.cost.flat import is_charged
from spanloom.processors.cost.gpu import GpuSeconds
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.price_table import PriceTable
from spanloom.processors.cost.prices import PICO, Entry, Rate, to_double
from spanloom.processors.cost.usage import BatchUsage, largest

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from spanloom.processors.cost.units import Units

    Int = NDArray[np.int64]
    Bool = NDArray[np.bool_]
    Codes = NDArray[np.signedinteger]

# Doubles hold integers up to here exactly, so that dividing by PICO is the only rounding.
_EXACT_MAX = 1 << 53
_PICO = float(PICO)
_PRICED = int(Outcome.PRICED)


@dataclass(slots=True)
class Priced:
    """The result for a batch.

    Attributes:
        outcome: (n,) of `Outcome`.
        pico: (n,) the amount where it is PRICED, in pico of the currency.
        codes: (n,) position in `table`.
        table: the prices.
        all_priced: every span is a call with a price, as far as was known cheaply.
        unusual: amounts that are no integer, or not in int64; `pico` is 0 there.
    """

    outcome: NDArray[np.uint8]
    pico: Int
    codes: Codes
    table: PriceTable
    all_priced: bool = False
    unusual: dict[int, Rate] = field(default_factory=dict)

    def amounts(self) -> NDArray[np.float64]:
        """(n,) in units of the currency: each exact amount rounded once."""
        if not len(self.pico) or largest(self.pico) < _EXACT_MAX:
            doubles = self.pico / _PICO
        else:
            doubles = np.array([to_double(pico) for pico in self.pico.tolist()])
        for row, rate in self.unusual.items():
            doubles[row] = to_double(rate)
        return doubles

    def in_currency(self, currency: str) -> Bool:
        """(n,) True where the price is in this currency."""
        found = [each is not None and each.entry.currency == currency for each in self.table.flats]
        rows: Bool = np.array(found, np.bool_)[self.codes]
        return rows

    def entry_of(self, row: int) -> Entry | None:
        """The price of one span."""
        each = self.table.flats[self.codes[row]]
        return each.entry if each else None

    def amount_of(self, row: int) -> Rate:
        """One span's amount, exactly."""
        return self.unusual.get(row, int(self.pico[row]))


def price(calls: Calls, usage: BatchUsage, codes: Codes, table: PriceTable, units: Units) -> Priced:
    """The amounts.

    Args:
        calls: which rows, and what else is known of them.
        usage: their counts.
        codes: (n,) position in `table`; not changed.
        table: the prices.
        units: what their names mean.
    """
    codes, table = _at_steps(usage, codes, table)
    sums = _sums(usage, codes, table)
    if table.is_plain and _is_plain(calls, usage):
        outcome = np.empty(len(codes), np.uint8)
        outcome.fill(_PRICED)
        return Priced(outcome, sums, codes, table, all_priced=True)
    outcome = table.status[codes]
    told = without_promptless(calls, usage)
    _refuse(outcome, calls, told, codes, table)
    for wrong in (usage.wrong, contradiction(usage)):
        if wrong is not None:
            outcome[wrong] = Outcome.CONTRADICTION
    if calls.is_call is not None:
        outcome[~calls.is_call] = Outcome.NO_CALL
    priced = Priced(outcome, sums, codes, table)
    if (outcome == Outcome.EXACT).any():
        _price_exactly(priced, calls, told, units)
    return priced


def _is_plain(calls: Calls, usage: BatchUsage) -> bool:
    """Whether every span is a call and has all the counts that it may need, and sound ones."""
    return (
        calls.is_call is None
        and usage.wrong is None
        and usage.is_everywhere("input_tokens")
        and usage.is_everywhere("output_tokens")
        and contradiction(usage) is None
        and promptless(calls, usage) is None
    )


def _at_steps(usage: BatchUsage, codes: Codes, table: PriceTable) -> tuple[Codes, PriceTable]:
    """The prices, of long calls those of the step that holds for them."""
    first = table.first_step
    inputs = usage.values("input_tokens")
    if first is None or inputs is None or not len(codes) or largest(inputs) <= first:
        return codes, table
    codes, flats = codes.astype(np.intp), list(table.flats)
    for code, each in enumerate(table.flats):
        for start, step in each.steps if each else ():
            rows = (codes == code) & (inputs > start)
            if rows.any():
                codes[rows] = len(flats)
                # A later step finds its rows under the code of this one.
                code = len(flats)  # noqa: PLW2901
                flats.append(step)
    return codes, PriceTable(flats)


def _sums(usage: BatchUsage, codes: Codes, table: PriceTable) -> Int:
    """(n,) the linear formulas; nonsense where a row is not priced, never an overflow."""
    factors = table.factors(usage.units.common)
    if len(table) > 1:
        factors = factors.take(codes, axis=1)
    total: Int = np.add.reduce(usage.matrix * factors, axis=0)
    if table.constants is not None:
        total += table.constants if len(table) == 1 else table.constants[codes]
    return total


def _refuse(
    outcome: NDArray[np.uint8], calls: Calls, usage: BatchUsage, codes: Codes, table: PriceTable
) -> None:
    """Marks the rows whose counts are missing."""
    missing = missing_counts(calls, usage, codes, table)
    if missing is not None:
        outcome[missing & (outcome == Outcome.PRICED)] = Outcome.MISSING_USAGE
    nothing = nothing_counted(usage, len(outcome))
    if nothing is not None and nothing.any():
        by_counts = outcome != Outcome.EXACT
        outcome[nothing & by_counts & calls.has_failed()] = Outcome.FAILED_CALL


def _price_exactly(priced: Priced, calls: Calls, usage: BatchUsage, units: Units) -> None:
    """Row by row, about 20 us each: units that few calls have, fractions of a pico, seconds."""
    seconds = GpuSeconds(calls.batch, calls.keys)
    for row in np.flatnonzero(priced.outcome == Outcome.EXACT).tolist():
        each = priced.table.flats[priced.codes[row]]
        if each is not None:
            found = _exactly(each.entry, row, calls, (usage, units), seconds)
            priced.outcome[row], priced.unusual[row] = found


def _exactly(
    entry: Entry,
    row: int,
    calls: Calls,
    counts: tuple[BatchUsage, Units],
    seconds_of: Callable[[int], exact.Count | None],
) -> tuple[Outcome, Rate]:
    usage, units = counts
    counted = usage.of_row(row)
    lacks = [
        unit
        for unit in ("input_tokens", "output_tokens")
        if unit not in counted and is_charged(entry, unit)
    ]
    if "output_tokens" in lacks and calls.no_output is not None and calls.no_output[row]:
        lacks.remove("output_tokens")
    total: Rate = 0
    if entry.gpu_second is not None:
        seconds = seconds_of(row)
        if seconds is None:
            return Outcome.MISSING_USAGE, 0
        total = entry.gpu_second * seconds
    elif lacks or not exact.is_told(entry, counted):
        return Outcome.MISSING_USAGE, 0
    try:
        return Outcome.PRICED, total + exact.amount(entry, counted, units)
    except exact.MissingUsageError:
        return Outcome.MISSING_USAGE, 0
    except exact.ContradictionError:
        return Outcome.CONTRADICTION, 0
