"""Prices a batch: what the processor does before it writes, and `spanloom reprice` on its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanloom import semconv
from spanloom.processors.cost.checks import Calls
from spanloom.processors.cost.plans import Resolved
from spanloom.processors.cost.pricing import Priced, price
from spanloom.processors.cost.resolve import Resolver
from spanloom.processors.cost.usage import BatchUsage, UsageReader

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from spanloom.batch import Traces
    from spanloom.clock import Clock
    from spanloom.processors.cost.book import PriceBook
    from spanloom.processors.cost.config import Config


@dataclass(slots=True)
class PricedBatch:
    """What was found, and what it was found from."""

    priced: Priced
    resolved: Resolved
    usage: BatchUsage


class Pricer:
    """Finds the cost of every call of a batch. Not for use by several threads at once.

    Args:
        config: which attributes say what.
        book: the prices.
        clock: the time of spans that have none.
    """

    def __init__(self, config: Config, book: PriceBook, clock: Clock) -> None:
        self._usage = UsageReader(config.usage_attributes, config.tokens_max)
        self._resolver = Resolver(config, book, clock)
        self.book = book

    def use(self, book: PriceBook) -> None:
        """From now on these prices."""
        self.book = book
        self._resolver.use(book)

    def price(self, batch: Traces, keys: AbstractSet[str]) -> PricedBatch | None:
        """None where no span is a call of a model; `keys` are the attributes that the batch has."""
        if semconv.OPERATION not in keys:
            return None
        units = self._usage.units(frozenset(keys))
        resolved = self._resolver.resolve(batch, keys, units.rare)
        if resolved is None:
            return None
        usage = self._usage.read(batch, units)
        calls = Calls(resolved.is_call, resolved.no_output, batch, keys)
        priced = price(calls, usage, resolved.codes, resolved.table, self.book.units)
        return PricedBatch(priced, resolved, usage)
