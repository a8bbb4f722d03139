"""Reads the shipped price list, a provider's models when they are first asked for.

The file: a header, then one model a line, grouped by provider in the header's order.

    header  {"format", "name", "date", "license", "sha256": of all lines after it,
             "units": {name: dimensions}, "providers": [{"id", "models": how many lines,
             "match"?: clause for its names, "model_match"?: clause for names of models,
             "fallback"?: providers whose models it offers}]}
    model   {"id", "match": clause, "prices": [[constraint, prices]: the last one in force
             counts, else the first], "variants"?: [[context, constraint, prices]: each unit's
             price from the first one in force], "seconds_min"?}
    constraint  null, a UTC date from which, or [from, until) in seconds of the UTC day
    prices      {unit: price}, each [base, [input tokens above, rate] ...] or only a base;
                in pico-USD for one unit: an int, or "numerator/denominator"
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from spanloom.processors.cost.match import FirstMatch, predicate, with_dashed_date
from spanloom.processors.cost.prices import DAY_S, SECOND_NS, Price
from spanloom.processors.cost.units import Units

SHIPPED = Path(__file__).with_name("prices.jsonl")
_FORMAT = 1
_EPOCH = date(1970, 1, 1)

Context = dict[str, str]


class SnapshotError(ValueError):
    """The file is not what it says it is."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """When a price is in force: from a time on, or daily between two seconds of the day."""

    from_ns: int | None = None
    day_s: tuple[int, int] | None = None

    def holds(self, at_ns: int) -> bool:
        if self.from_ns is not None:
            return at_ns >= self.from_ns
        if self.day_s is None:
            return True
        start, end = self.day_s
        second = at_ns // SECOND_NS % DAY_S
        return (second >= start or second < end) if end < start else start <= second < end


@dataclass(frozen=True, slots=True)
class Model:
    """A model's prices in all contexts and at all times.

    Attributes:
        provider: whose list has it.
        id: its name there.
        standard: in file order.
        variants: overrides for contexts, in file order.
        seconds_min: as in `Entry`.
    """

    provider: str
    id: str
    standard: tuple[tuple[Constraint, dict[str, Price]], ...]
    variants: tuple[tuple[Context, Constraint, dict[str, Price]], ...] = ()
    seconds_min: int = 0

    def constraints(self, context: Context) -> list[Constraint]:
        """Those that matter in a context: between two of their moments nothing changes."""
        variants = [each[1] for each in self.variants if each[0].items() <= context.items()]
        return [each[0] for each in self.standard] + variants

    def prices_at(self, at_ns: int, context: Context) -> tuple[dict[str, Price], Context]:
        """The prices, and the part of the context that changed them."""
        prices = self.standard[0][1]
        for constraint, each in reversed(self.standard):
            if constraint.holds(at_ns):
                prices = each
                break
        overrides: dict[str, Price] = {}
        used: Context = {}
        for when, constraint, each in self.variants:
            if constraint.holds(at_ns) and when.items() <= context.items():
                overrides = each | overrides
                used |= when if each else {}
        return prices | overrides, used


class Provider:
    """One provider's list; its lines are read when a model is first asked for."""

    def __init__(self, header: dict[str, Any], lines: list[str]) -> None:
        self.id: str = header["id"]
        self.fallback: list[str] = header.get("fallback", [])
        self.matches = predicate(header["match"]) if "match" in header else None
        self.matches_model = predicate(header["model_match"]) if "model_match" in header else None
        self._lines = lines

    @cached_property
    def models(self) -> list[Model]:
        return [_model(self.id, row) for row in self._rows]

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return list(json.loads(f"[{','.join(self._lines)}]"))

    @cached_property
    def _index(self) -> FirstMatch:
        return FirstMatch(row["match"] for row in self._rows)

    def find(self, name: str) -> Model | None:
        """The first model that the name (lower case) matches."""
        position = self._index.find(name)
        return None if position is None else self.models[position]


class Snapshot:
    """A whole price list."""

    def __init__(self, text: str) -> None:
        """Raises SnapshotError."""
        first, _, body = text.partition("\n")
        header = json.loads(first)
        if header.get("format") != _FORMAT:
            raise SnapshotError("the price list has another format")
        if hashlib.sha256(body.encode()).hexdigest() != header["sha256"]:
            raise SnapshotError("the price list was changed after it was made")
        self.list_id = f"{header['name']}+{header['date']}#{header['sha256'][:8]}"
        self.date: str = header["date"]
        self.units = Units(header["units"])
        lines = body.splitlines()
        self.providers: dict[str, Provider] = {}
        for each in header["providers"]:
            self.providers[each["id"]] = Provider(each, lines[: each["models"]])
            lines = lines[each["models"] :]

    def provider(self, name: str) -> Provider | None:
        """By its id, else by the first provider that claims the name; lower case."""
        found = self.providers.get(name)
        if found is not None:
            return found
        return next((p for p in self.providers.values() if p.matches and p.matches(name)), None)

    def provider_of_model(self, model: str) -> Provider | None:
        """The first provider that claims names like this; lower case."""
        providers = self.providers.values()
        return next((p for p in providers if p.matches_model and p.matches_model(model)), None)

    def find(self, provider: Provider, model: str) -> Model | None:
        """The model that the provider sells under this name (lower case)."""
        found = self._match(provider, model)
        dashed = with_dashed_date(model)
        return found or (self._match(provider, dashed) if dashed != model else None)

    def _match(self, provider: Provider, model: str) -> Model | None:
        for each in (provider.id, *provider.fallback):
            seller = self.providers.get(each)
            found = seller.find(model) if seller else None
            if found:
                return found
        return None


def load(path: Path = SHIPPED) -> Snapshot:
    """Raises OSError and SnapshotError."""
    return Snapshot(path.read_text(encoding="utf-8"))


def _model(provider: str, row: dict[str, Any]) -> Model:
    return Model(
        provider,
        row["id"],
        tuple((_constraint(c), _prices(p)) for c, p in row["prices"]),
        tuple((w, _constraint(c), _prices(p)) for w, c, p in row.get("variants", ())),
        row.get("seconds_min", 0),
    )


def _constraint(written: str | list[int] | None) -> Constraint:
    if isinstance(written, str):
        days = (date.fromisoformat(written) - _EPOCH).days
        return Constraint(from_ns=days * DAY_S * SECOND_NS)
    return Constraint(day_s=(written[0], written[1])) if written else Constraint()


def _prices(row: dict[str, Any]) -> dict[str, Price]:
    return {unit: _price(written) for unit, written in row.items()}


def _price(written: int | str | list[Any]) -> Price:
    if isinstance(written, list):
        base, *tiers = written
        return Price(_rate(base), tuple((start, _rate(rate)) for start, rate in tiers))
    return Price(_rate(written))


def _rate(written: int | str) -> int | Fraction:
    return written if isinstance(written, int) else Fraction(written)
