"""What one call costs, without any rounding: the rule that the fast arithmetic is measured by.

Each unit is billed for what no priced part of it is billed for already: input tokens without
the cached ones where those have a price of their own, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from spanloom.processors.cost.prices import Entry, Rate, whole
from spanloom.processors.cost.units import REQUESTS, Units

Count = int | Fraction
Usage = Mapping[str, Count]

_SECONDS = ("audio_seconds", "input_audio_seconds")


class MissingUsageError(ValueError):
    """What was counted does not say what to bill."""


class ContradictionError(ValueError):
    """The counts exclude each other."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill: `count` units at `rate` pico each."""

    unit: str
    count: Count
    rate: Rate

    @property
    def amount(self) -> Rate:
        """In pico of the currency."""
        return whole(Fraction(self.rate) * self.count)


def charges(entry: Entry, usage: Usage, units: Units) -> list[Charge]:
    """The bill, in the order of the price list.

    Args:
        entry: the prices.
        usage: the counts that were reported, 0 or more; what was not reported is not in it.
        units: what the names mean.

    Raises:
        MissingUsageError: a count that the reported ones imply was not reported.
        ContradictionError: parts are more than the whole.
    """
    usage = _with_minimum(entry, usage)
    counted = {name: _count(name, usage, units) for name in entry.prices if name != REQUESTS}
    left: dict[str, Count] = {}
    for name in units.specific_first(counted):
        parts = sum((left[other] for other in left if units.contains(name, other)), 0)
        left[name] = counted[name] - parts
        if left[name] < 0:
            raise ContradictionError(name)
    left[REQUESTS] = 1
    has_tiers = any(price.tiers for price in entry.prices.values())
    n_input = _count("input_tokens", usage, units) if has_tiers else 0
    return [Charge(name, left[name], price.at(n_input)) for name, price in entry.prices.items()]


def amount(entry: Entry, usage: Usage, units: Units) -> Rate:
    """The sum of the bill in pico of the currency. Raises as `charges`."""
    return whole(sum((Fraction(each.amount) for each in charges(entry, usage, units)), Fraction()))


def is_told(entry: Entry, usage: Usage) -> bool:
    """Whether anything was counted that the entry has a price for."""
    return any(name in usage for name in entry.prices)


def _count(name: str, usage: Usage, units: Units) -> Count:
    """As reported, or 0 where nothing that is reported implies more."""
    if name in usage:
        return usage[name]
    reported = [other for other, count in usage.items() if count > 0 and other in units]
    if any(units.contains(name, other) for other in reported):
        raise MissingUsageError(name)
    if any(units.join(one, other) == name for one, other in _pairs(reported)):
        raise MissingUsageError(name)
    return 0


def _pairs(names: list[str]) -> Iterator[tuple[str, str]]:
    for position, one in enumerate(names):
        for other in names[position + 1 :]:
            yield one, other


def _with_minimum(entry: Entry, usage: Usage) -> Usage:
    """Short audio is billed as `seconds_min`, where the entry says so."""
    seconds = next((usage[name] for name in _SECONDS if usage.get(name)), 0)
    if not entry.seconds_min or not seconds:
        return usage
    billed = max(seconds, entry.seconds_min)
    return {**usage, **dict.fromkeys(_SECONDS, billed)}
