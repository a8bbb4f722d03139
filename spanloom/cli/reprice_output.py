"""What `spanloom reprice` has found, as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from spanloom.cli.price_output import amount_text, decimal_text, table
from spanloom.processors.cost.prices import PICO

Key = tuple[str, str]
"""Model and currency."""


@dataclass(slots=True)
class Sum:
    """Calls of one model, and what they cost in one currency.

    Attributes:
        n_calls: all of them, duplicates apart.
        n_recorded, recorded: those with an amount on the span, and its sum.
        n_priced, amount: those that the list prices, in pico of the currency.
        n_against, against: likewise for the list that is compared.
    """

    n_calls: int = 0
    n_recorded: int = 0
    recorded: Fraction = field(default_factory=Fraction)
    n_priced: int = 0
    amount: Fraction = field(default_factory=Fraction)
    n_against: int = 0
    against: Fraction = field(default_factory=Fraction)

    def add(self, other: Sum) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def _totals(sums: dict[Key, Sum]) -> dict[Key, Sum]:
    totals: dict[Key, Sum] = {}
    for (_, currency), one in sums.items():
        totals.setdefault(("total", currency), Sum()).add(one)
    return totals


def as_text(sums: dict[Key, Sum], *, has_against: bool) -> str:
    """A table, what costs most first, and totals by currency."""
    before = "against" if has_against else "recorded"
    rows = [("model", "currency", "calls", before, "priced", "amount", "difference")]
    ordered = sorted(sums.items(), key=lambda item: (-item[1].amount, item[0]))
    for (model, currency), one in [*ordered, *_totals(sums).items()]:
        n_before = one.n_against if has_against else one.n_recorded
        old = one.against if has_against else one.recorded
        rows.append(
            (
                model,
                currency,
                str(one.n_calls),
                amount_text(old) if n_before else "-",
                str(one.n_priced),
                amount_text(one.amount) if one.n_priced else "-",
                _difference(one.amount - old) if n_before and one.n_priced else "-",
            )
        )
    return table(rows, n_left=2)


def _difference(pico: Fraction) -> str:
    return f"{'+' if pico > 0 else ''}{amount_text(pico)}"


def as_json(sums: dict[Key, Sum], *, has_against: bool) -> str:
    """Exact amounts are strings; null where no call has one."""
    shown = []
    for (model, currency), one in sorted(sums.items()):
        row: dict[str, Any] = {"model": model, "currency": currency, "calls": one.n_calls}
        row |= _json_amount("recorded", one.n_recorded, one.recorded)
        row |= _json_amount("priced", one.n_priced, one.amount)
        if has_against:
            row |= _json_amount("against", one.n_against, one.against)
        shown.append(row)
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _json_amount(name: str, n_calls: int, pico: Fraction) -> dict[str, Any]:
    amount = decimal_text(pico / PICO) if n_calls else None
    return {f"{name}_calls": n_calls, f"{name}_amount": amount}
