"""Prices, exactly: integers (or fractions) of a millionth of a millionth of the currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

PICO = 10**12
DAY_S = 86_400
SECOND_NS = 10**9

Rate = int | Fraction
"""pico-USD (or pico of another currency) for one unit."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit.

    Attributes:
        base: up to the first tier.
        tiers: (input tokens, rate), ascending: the rate of *all* units of a call whose input,
            cached tokens included, is larger.
    """

    base: Rate
    tiers: tuple[tuple[int, Rate], ...] = ()

    def at(self, input_tokens: float | Fraction) -> Rate:
        """The rate of a call with this input."""
        rate = self.base
        for start, tier_rate in self.tiers:
            if input_tokens > start:
                rate = tier_rate
        return rate

    def scaled(self, factor: Fraction) -> Price:
        """The price times a factor, exactly."""
        tiers = tuple((start, whole(rate * factor)) for start, rate in self.tiers)
        return Price(whole(self.base * factor), tiers)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What one model costs in one context, at one time. Two are equal only if they are one.

    Attributes:
        list_id: which price list says so.
        name: which entry of the list.
        prices: by unit.
        currency: of the prices, ISO 4217.
        version: the version that the entry's list gives, for `llm.price_version`.
        contract: the contract's name; empty without one.
        seconds_min: seconds of audio that are billed at least.
        gpu_second: the price of a second of the model's accelerators; None: not billed so.
    """

    list_id: str
    name: str
    prices: Mapping[str, Price]
    currency: str = "USD"
    version: str = ""
    contract: str = ""
    seconds_min: int = 0
    gpu_second: Rate | None = None

    def discounted(self, factor: Fraction, name: str, list_id: str, contract: str) -> Entry:
        """The same at a share of the price, under the name of who grants that."""
        prices = {unit: price.scaled(factor) for unit, price in self.prices.items()}
        gpu_second = None if self.gpu_second is None else whole(self.gpu_second * factor)
        return replace(
            self,
            prices=prices,
            gpu_second=gpu_second,
            name=f"{name} of {self.name}",
            list_id=list_id,
            contract=contract,
        )


def whole(rate: Rate) -> Rate:
    """An int where the fraction is one: ints are what the fast arithmetic takes."""
    if isinstance(rate, Fraction) and rate.denominator == 1:
        return rate.numerator
    return rate


def to_double(pico: Rate) -> float:
    """The amount in units of the currency: the only rounding, to the nearest double."""
    if isinstance(pico, int):
        return pico / PICO
    return pico.numerator / (pico.denominator * PICO)


def to_micro(pico: Rate) -> int:
    """The amount in millionths, rounded half up from the exact value."""
    return int((2 * pico + 10**6) // (2 * 10**6))
