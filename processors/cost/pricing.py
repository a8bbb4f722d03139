"""What the calls of a batch cost, over columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.cost import exact
from spanloom.processors.cost.checks import Calls, contradiction, missing_counts, nothing_counted
from spanloom.processors.cost.flat import Flat
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.prices import PICO, Rate, to_double
from spanloom.processors.cost.usage import COMMON, BatchUsage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.processors.cost.units import Units

    Int = NDArray[np.int64]
    Bool = NDArray[np.bool_]
    Codes = NDArray[np.intp]

# Doubles hold integers up to here exactly, so that dividing by PICO is the only rounding.
_EXACT_MAX = 1 << 53
_PICO = float(PICO)


@dataclass(slots=True)
class Priced:
    """The result for a batch.

    Attributes:
        outcome: (n,) of `Outcome`.
        pico: (n,) the amount where it is PRICED, in pico of the currency.
        unusual: amounts that are no integer, or not in int64; `pico` is 0 there.
        codes: (n,) position in `table`.
        table: the entries; None: no price was found.
    """

    outcome: NDArray[np.uint8]
    pico: Int
    codes: Codes
    table: list[Flat | None]
    all_priced: bool = False
    unusual: dict[int, Rate] = field(default_factory=dict)

    def amounts(self) -> NDArray[np.float64]:
        """(n,) in units of the currency: each exact amount rounded once."""
        if int(self.pico.max(initial=0)) < _EXACT_MAX:
            doubles = self.pico / _PICO
        else:
            doubles = np.array([to_double(pico) for pico in self.pico.tolist()])
        for row, rate in self.unusual.items():
            doubles[row] = to_double(rate)
        return doubles

    def in_currency(self, currency: str) -> Bool:
        """(n,) True where the price is in this currency."""
        found = [each is not None and each.entry.currency == currency for each in self.table]
        rows: Bool = np.array(found, np.bool_)[self.codes]
        return rows

    def amount_of(self, row: int) -> Rate:
        """One span's amount, exactly."""
        return self.unusual.get(row, int(self.pico[row]))


def price(
    calls: Calls, usage: BatchUsage, codes: Codes, table: list[Flat | None], units: Units
) -> Priced:
    """The amounts.

    Args:
        calls: which rows, and what else is known of them.
        usage: their counts.
        codes: (n,) position in `table`; not changed.
        table: the entries; gets the steps of long-context prices that are needed.
        units: what their names mean.
    """
    codes = _at_steps(usage, codes, table)
    if _is_plain(calls, usage, table):
        outcome = np.full(len(codes), int(Outcome.PRICED), np.uint8)
        return Priced(outcome, _sums(usage, codes, table), codes, table, all_priced=True)
    status = np.array([_status(each) for each in table], np.uint8)
    outcome = status[codes]
    _refuse(outcome, calls, usage, codes, table)
    priced = Priced(outcome, _sums(usage, codes, table), codes, table)
    if (outcome == Outcome.EXACT).any():
        _price_exactly(priced, calls, usage, units)
    return priced


def _is_plain(calls: Calls, usage: BatchUsage, table: list[Flat | None]) -> bool:
    """Whether every span is a call that has a price and all the counts it may need."""
    return (
        calls.is_call is None
        and usage.wrong is None
        and all(each is not None and not each.is_exact for each in table)
        and all(
            unit in usage.common and usage.common[unit].present is None
            for unit in ("input_tokens", "output_tokens")
        )
        and contradiction(usage) is None
    )


def _status(each: Flat | None) -> Outcome:
    if each is None:
        return Outcome.UNKNOWN_MODEL
    return Outcome.EXACT if each.is_exact else Outcome.PRICED


def _at_steps(usage: BatchUsage, codes: Codes, table: list[Flat | None]) -> Codes:
    """The codes, of long calls those of the step that holds for them."""
    column = usage.common.get("input_tokens")
    first = min((each.steps[0][0] for each in table if each and each.steps), default=None)
    if column is None or first is None or int(column.values.max(initial=0)) <= first:
        return codes
    codes = codes.copy()
    for code, each in enumerate(list(table)):
        for start, step in each.steps if each else ():
            rows = (codes == code) & (column.values > start)
            if rows.any():
                codes[rows] = len(table)
                # A later step finds its rows under the code of this one.
                code = len(table)  # noqa: PLW2901
                table.append(step)
    return codes


def _sums(usage: BatchUsage, codes: Codes, table: list[Flat | None]) -> Int:
    """(n,) the linear formulas; nonsense where a row is not priced, never an overflow."""
    if len(table) == 1:
        constant, factors = _terms(table[0])
        total: Int = np.full(len(codes), constant)
    else:
        terms = [_terms(each) for each in table]
        total = np.array([each for each, _ in terms])[codes]
        factors = tuple(np.array(column) for column in zip(*(f for _, f in terms), strict=True))
    for unit, factor in zip(COMMON, factors, strict=True):
        column = usage.common.get(unit)
        if column is None:
            continue
        if isinstance(factor, int):
            total += column.values * factor
        elif factor.any():
            total += column.values * factor[codes]
    return total


def _terms(each: Flat | None) -> tuple[int, tuple[Any, ...]]:
    return (each.constant, each.factors) if each else (0, (0,) * len(COMMON))


def _refuse(
    outcome: NDArray[np.uint8],
    calls: Calls,
    usage: BatchUsage,
    codes: Codes,
    table: list[Flat | None],
) -> None:
    """Marks the rows that are no calls, or whose counts are missing or wrong."""
    missing = missing_counts(calls, usage, codes, table)
    if missing is not None:
        is_ok = outcome == Outcome.PRICED
        outcome[missing & is_ok] = Outcome.MISSING_USAGE
    nothing = nothing_counted(usage, len(outcome))
    if nothing is not None and nothing.any():
        exact_rows = outcome == Outcome.EXACT
        outcome[nothing & ~exact_rows & calls.has_failed()] = Outcome.FAILED_CALL
    for wrong in (usage.wrong, contradiction(usage)):
        if wrong is not None:
            outcome[wrong] = Outcome.CONTRADICTION
    if calls.is_call is not None:
        outcome[~calls.is_call] = Outcome.NO_CALL


def _price_exactly(priced: Priced, calls: Calls, usage: BatchUsage, units: Units) -> None:
    """Row by row, about 20 us each: units that few calls have, fractions of a pico, seconds."""
    for row in np.flatnonzero(priced.outcome == Outcome.EXACT).tolist():
        each = priced.table[priced.codes[row]]
        if each is not None:
            priced.outcome[row], priced.unusual[row] = _exactly(each, row, calls, usage, units)


def _exactly(
    each: Flat, row: int, calls: Calls, usage: BatchUsage, units: Units
) -> tuple[Outcome, Rate]:
    entry, counted = each.entry, usage.of_row(row)
    lacks = [
        unit
        for unit in ("input_tokens", "output_tokens")
        if unit in entry.prices and entry.prices[unit].base and unit not in counted
    ]
    if "output_tokens" in lacks and calls.no_output is not None and calls.no_output[row]:
        lacks.remove("output_tokens")
    total: Rate = 0
    if entry.gpu_second is not None:
        seconds = calls.seconds(row)
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
