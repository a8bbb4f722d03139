"""Amounts and tables of `spanloom price` and `spanloom reprice`, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from spanloom.processors.cost.prices import PICO, Rate

_DIGITS = 28


def decimal_text(value: Fraction | int) -> str:
    """The number, exactly where decimals can say it, else to 28 digits."""
    fraction = Fraction(value)
    context = Context(prec=_DIGITS)
    number = context.divide(Decimal(fraction.numerator), Decimal(fraction.denominator))
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_text(pico: Rate) -> str:
    """An amount in pico of a currency, in units of it."""
    return decimal_text(Fraction(pico) / PICO)


def table(rows: Iterable[Sequence[str]], n_left: int = 1) -> str:
    """Aligned columns, the first `n_left` to the left."""
    cells = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        left = [text.ljust(w) for text, w in zip(row[:n_left], widths[:n_left], strict=True)]
        right = [text.rjust(w) for text, w in zip(row[n_left:], widths[n_left:], strict=True)]
        lines.append("  ".join([*left, *right]).rstrip())
    return "\n".join(lines)
