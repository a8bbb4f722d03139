"""Reads price files into entries that can be looked up. Strict: a mistake is an error, placed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from spanloom.config.errors import Loc, Problems, nearest_name
from spanloom.config.place import Place
from spanloom.config.read import read_yaml
from spanloom.config.sources import SourceError, read_file
from spanloom.config.tree import Node
from spanloom.config.validate import validate
from spanloom.processors.cost.listed import Listed, PriceList
from spanloom.processors.cost.price_file import (
    Amounts,
    PriceEntry,
    PriceFile,
    SdkPrice,
    SdkPriceFile,
    sdk_amount,
)
from spanloom.processors.cost.prices import PICO, Entry, Price, whole
from spanloom.processors.cost.units import SHORT_NAMES, Units

_MILLION = 10**6
_GLOB = re.compile(r"[*?\[]")


def read_price_list(path: Path, position: int, units: Units, problems: Problems) -> PriceList:
    """The entries of a file in either form; its mistakes are reported, with their places.

    Args:
        path: the file.
        position: among all files; later ones come before earlier ones.
        units: those that can have a price.
        problems: gets the mistakes.
    """
    try:
        text = read_file(path)
    except SourceError as error:
        problems.error(Place(str(path), 1, 1), (), str(error))
        return PriceList("", ())
    n_errors = len(problems.errors)
    node = read_yaml(text, str(path), problems)
    if node is None or not isinstance(node.value, dict | list):
        if len(problems.errors) == n_errors:
            rule = "is no list of prices" if node else "is empty"
            problems.error(Place(str(path), 1, 1), (), rule)
        return PriceList("", ())
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    reader = _Reader(path, position, digest, units, problems)
    return reader.sdk(node) if isinstance(node.value, list) else reader.own(node)


class _Reader:
    def __init__(
        self, path: Path, position: int, digest: str, units: Units, problems: Problems
    ) -> None:
        self._path, self._position, self._digest = path, position, digest
        self._units, self._problems = units, problems

    def own(self, node: Node) -> PriceList:
        file = validate(PriceFile, node, (), self._problems)
        if file is None:
            return PriceList("", ())
        list_id = f"{file.name or self._path.stem}#{self._digest}"
        listed = [self._listed(each, i, file, list_id, node) for i, each in enumerate(file.prices)]
        return PriceList(list_id, tuple(listed))

    def sdk(self, node: Node) -> PriceList:
        """instrumentation-sdk's file: a bare list."""
        wrapped = replace(node, value={"prices": node}, key_places={"prices": node.place})
        file = validate(SdkPriceFile, wrapped, (), self._problems)
        list_id = f"{self._path.stem}#{self._digest}"
        prices = file.prices if file else []
        entries = [self._of_sdk(each, i, list_id) for i, each in enumerate(prices)]
        return PriceList(list_id, tuple(entries))

    def _of_sdk(self, price: SdkPrice, i: int, list_id: str) -> Listed:
        amounts = {
            "input_tokens": _pico(sdk_amount(price.input_price_per_1m), _MILLION),
            "output_tokens": _pico(sdk_amount(price.output_price_per_1m), _MILLION),
        }
        entry = Entry(
            list_id,
            f"{price.provider}/{price.model}" if price.provider else price.model,
            {unit: Price(whole(rate)) for unit, rate in amounts.items()},
            version=price.version,
        )
        # The first entry of a name counts there.
        rank = (self._position, bool(price.provider), 0, 0, -i)
        return Listed(
            entry, (_escaped(price.model.lower()),), price.provider.lower() or None, rank=rank
        )

    def _listed(
        self, written: PriceEntry, i: int, file: PriceFile, list_id: str, node: Node
    ) -> Listed:
        where = f"{written.provider}/" if written.provider else ""
        left = 1 - Fraction(written.discount_percent) / 100
        entry = Entry(
            list_id,
            f"{where}{written.model}",
            self._prices(written, i, left, node),
            currency=file.currency,
            version=list_id,
            contract=written.contract or file.contract,
            gpu_second=_gpu_second(written, left),
        )
        return Listed(
            entry,
            tuple(name.lower() for name in (written.model, *written.aliases)),
            written.provider.lower() if written.provider else None,
            written.valid_from,
            written.valid_until,
            tuple(sorted(written.when.items())),
            discount=Fraction(1) if written.has_prices else left,
            rank=(
                self._position,
                written.provider is not None,
                len(written.when),
                written.valid_from or 0,
                i,
            ),
        )

    def _prices(self, written: PriceEntry, i: int, left: Fraction, node: Node) -> dict[str, Price]:
        """By unit, discount taken off; unknown units and gaps are reported."""
        base = {
            unit: _pico(amount, per) * left
            for key, amounts, per in (
                ("per_million", written.per_million, _MILLION),
                ("per_unit", written.per_unit, 1),
            )
            for unit, amount in self._by_unit(amounts, ("prices", i, key), node)
        }
        tiers: dict[str, list[tuple[int, Fraction]]] = {unit: [] for unit in base}
        for j, step in enumerate(written.long_context):
            loc: Loc = ("prices", i, "long_context", j, "per_million")
            for unit, amount in self._by_unit(step.per_million, loc, node):
                if unit not in tiers:
                    self._report(loc, node, f"{unit} needs a price in per_million too")
                else:
                    tiers[unit].append((step.above, _pico(amount, _MILLION) * left))
        gap = self._units.gap(base)
        if gap:
            rule = f"a price of {gap[0]} needs one of {gap[1]} too"
            self._report(("prices", i), node, rule)
        return {
            unit: Price(whole(rate), tuple((above, whole(r)) for above, r in tiers[unit]))
            for unit, rate in base.items()
        }

    def _by_unit(self, amounts: Amounts, loc: Loc, node: Node) -> Iterator[tuple[str, Decimal]]:
        seen: set[str] = set()
        for name, amount in amounts.items():
            unit = SHORT_NAMES.get(name, name)
            if unit not in self._units:
                nearest = nearest_name(name, [*SHORT_NAMES, *self._units.dimensions])
                self._report((*loc, name), node, f"{name!r} is no unit", nearest)
            elif unit in seen:
                self._report((*loc, name), node, f"{unit} has two prices")
            else:
                seen.add(unit)
                yield unit, amount

    def _report(self, loc: Loc, node: Node, rule: str, nearest: str | None = None) -> None:
        place = node.place
        found: Node | None = node
        for step in loc:
            if found is not None:
                place = found.key_place(step) if isinstance(step, str) else place
                found = found.child(step)
                place = found.place if found and isinstance(step, int) else place
        self._problems.error(place, loc, rule, nearest=nearest)


def _pico(amount: Decimal, per: int) -> Fraction:
    return Fraction(amount) * PICO / per


def _gpu_second(written: PriceEntry, left: Fraction) -> int | Fraction | None:
    """What a second of a request costs: all accelerators, shared by `concurrency` requests."""
    if written.per_gpu_second is None:
        return None
    rate = _pico(written.per_gpu_second, 1) * written.gpus * left
    return whole(rate / Fraction(written.concurrency))


def _escaped(name: str) -> str:
    """A name that is no glob, whatever it has in it."""
    return _GLOB.sub(lambda match: f"[{match[0]}]", name)
