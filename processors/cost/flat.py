"""An entry as the integers of a linear formula, for the fast arithmetic.

`charges` bills each unit for what no part of it is billed for. Written out, the amount is a sum
of counts times integers: cached tokens, say, times (their price - the price of input).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from spanloom.processors.cost.prices import Entry
from spanloom.processors.cost.units import REQUESTS, Units
from spanloom.processors.cost.usage import COMMON

_PARTS = {
    "cache_read_tokens": "input_tokens",
    "cache_write_tokens": "input_tokens",
    "output_reasoning_tokens": "output_tokens",
}
# Half of int64, so that a sum of all terms cannot overflow either.
_PICO_MAX = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """An entry at one step of its long-context prices.

    Attributes:
        entry: what it is made of.
        constant: pico of the currency per call.
        factors: pico per unit, in the order of `COMMON`; may be negative.
        needs_input, needs_output: a call without this count cannot be priced.
        is_exact: it does not fit into this form; `exact.charges` prices it.
        steps: (input tokens above which, the entry there), ascending.
    """

    entry: Entry
    constant: int = 0
    factors: tuple[int, ...] = (0,) * len(COMMON)
    needs_input: bool = False
    needs_output: bool = False
    is_exact: bool = False
    steps: tuple[tuple[int, Flat], ...] = ()


def flat(entry: Entry, rare: Collection[str], units: Units, tokens_max: int) -> Flat:
    """The entry in this form.

    Args:
        entry: the prices.
        rare: units that the batch counts besides the common ones.
        units: what their names mean.
        tokens_max: the largest count there can be.
    """
    if any(_matters(unit, entry, units) for unit in rare) or not _fits(entry, tokens_max):
        return Flat(entry, is_exact=True)
    starts = sorted({start for price in entry.prices.values() for start, _ in price.tiers})
    steps = tuple((start, _at(entry, start + 1)) for start in starts)
    base = _at(entry, 0)
    return Flat(
        entry, base.constant, base.factors, base.needs_input, base.needs_output, steps=steps
    )


def _matters(rare: str, entry: Entry, units: Units) -> bool:
    """Whether a unit has a price, or is a part of one that has and that may not be counted."""
    return rare in entry.prices or any(
        units.contains(unit, rare) for unit in entry.prices if unit not in _PARTS.values()
    )


def _fits(entry: Entry, tokens_max: int) -> bool:
    if entry.gpu_second is not None or not entry.prices.keys() & {"input_tokens", "output_tokens"}:
        return False
    prices = [price for unit, price in entry.prices.items() if unit in COMMON or unit == REQUESTS]
    rates = [rate for p in prices for rate in (p.base, *(tier_rate for _, tier_rate in p.tiers))]
    if not all(isinstance(rate, int) for rate in rates):
        return False
    return max(rates) * 2 * (len(COMMON) * tokens_max + 1) < _PICO_MAX


def _at(entry: Entry, input_tokens: int) -> Flat:
    rates = {
        unit: int(price.at(input_tokens))
        for unit, price in entry.prices.items()
        if unit in COMMON or unit == REQUESTS
    }
    factors = tuple(_factor(unit, rates) for unit in COMMON)
    return Flat(
        entry,
        rates.get(REQUESTS, 0),
        factors,
        is_charged(entry, "input_tokens"),
        is_charged(entry, "output_tokens"),
    )


def _factor(unit: str, rates: dict[str, int]) -> int:
    if unit not in rates:
        return 0
    whole = _PARTS.get(unit)
    return rates[unit] - (rates.get(whole, 0) if whole else 0)


def is_charged(entry: Entry, unit: str) -> bool:
    """Whether a unit ever costs something: without its count there is no amount."""
    price = entry.prices.get(unit)
    return price is not None and (price.base > 0 or any(rate > 0 for _, rate in price.tiers))
