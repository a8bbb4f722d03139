"""Finds the price of each span: once per provider, model, context and stretch of time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom import semconv
from spanloom.processors.cost.book import BEGIN_NS, END_NS
from spanloom.processors.cost.calls import Groups, Names, Operations
from spanloom.processors.cost.flat import Flat, flat
from spanloom.processors.cost.nameless import with_named_models
from spanloom.processors.cost.plans import NAME_LENGTH_MAX, Plan, Resolved, is_short, known_model
from spanloom.processors.cost.price_table import PriceTable
from spanloom.processors.cost.prices import SECOND_NS
from spanloom.processors.cost.usage import largest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.clock import Clock
    from spanloom.processors.cost.book import PriceBook, Timeline
    from spanloom.processors.cost.config import Config
    from spanloom.processors.cost.prices import Entry

    Codes = NDArray[np.signedinteger]
    _Values = tuple[str | None, ...] | Names

_NAMES_MAX = 10_000
_PLANS_MAX = 1_000
_PLAN_LENGTH_MAX = 64
# Operation, provider and response model.
_N_NAMES = 3
# Only the batch interface of OpenAI and Anthropic tells itself so, as a service tier.
_BATCH_TIER = ("service_tier", "batch")
_NO_TIER = "auto"


class Resolver:
    """Remembers what it found, for a bounded number of names; beyond, it begins anew.

    Args:
        config: which attributes say what.
        book: the prices.
        clock: the time of spans that have none.
    """

    def __init__(self, config: Config, book: PriceBook, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._context_keys = [
            key for key, names in config.context_attributes.items() for _ in names
        ]
        context = [name for names in config.context_attributes.values() for name in names]
        self._attributes = [
            semconv.OPERATION,
            semconv.PROVIDER,
            semconv.RESPONSE_MODEL,
            *context,
        ]
        self._timelines: dict[tuple[Any, ...], Timeline | None] = {}
        self._flats: dict[tuple[Entry, frozenset[str]], Flat] = {}
        self._plans: dict[tuple[tuple[_Values, ...], frozenset[str]], Plan] = {}
        self.use(book)

    def use(self, book: PriceBook) -> None:
        """From now on these prices."""
        self._book = book
        self._forget()

    def _forget(self) -> None:
        self._timelines.clear()
        self._flats.clear()
        self._plans.clear()

    def resolve(
        self, batch: Traces, keys: Collection[str], rare: Collection[str]
    ) -> Resolved | None:
        """The price of every span; None where none is a call.

        Args:
            batch: the spans.
            keys: the attributes that it has.
            rare: units counted besides the common ones.
        """
        units = frozenset(rare)
        codes, values = batch.codes(self._attributes)
        plan = self._plan(tuple(values), units)
        if plan.operations.are_calls is not None and not plan.operations.are_calls.any():
            return None
        found = self._resolved(batch, codes, plan, units)
        if found.lacks and semconv.REQUEST_MODEL in keys:
            codes, values = batch.codes([*self._attributes, semconv.REQUEST_MODEL])
            plan = self._plan(tuple(values), units)
            found = self._resolved(batch, codes, plan, units)
        if found.lacks:
            named = with_named_models(batch, Groups(codes, plan.names), self._config)
            if named is not None:
                plan = self._plan(tuple(named.values), units)
                found = self._resolved(batch, named.codes, plan, units)
        return found

    def _timeline(self, names: Names) -> Timeline | None:
        """The price over time; None for what is no call, too."""
        if not names.is_call:
            return None
        key = names[1:]
        if key in self._timelines:
            return self._timelines[key]
        context = self._context(names.context)
        found = None
        for model in names.models:
            if found is None and model and len(model) <= NAME_LENGTH_MAX:
                found = self._book.resolve(names.provider, model, context)
        if is_short(names):
            if len(self._timelines) >= _NAMES_MAX:
                self._forget()
            self._timelines[key] = found
        return found

    def _context(self, values: Sequence[str | None]) -> dict[str, str]:
        context: dict[str, str] = {}
        for key, value in zip(self._context_keys, values, strict=True):
            if value and value != _NO_TIER and (key, value) != _BATCH_TIER:
                context.setdefault(key, value)
            elif value and (key, value) == _BATCH_TIER:
                context.setdefault("processing", "batch")
        return context

    def _resolved(self, batch: Traces, codes: Codes, plan: Plan, rare: frozenset[str]) -> Resolved:
        """The prices at the time of each span."""
        if plan.table is not None and plan.until_ns == END_NS and plan.from_ns == BEGIN_NS:
            return plan.resolved(codes, plan.table)
        if not len(batch):
            nothing = PriceTable([None] * len(plan.names))
            return plan.resolved(codes, nothing)
        times = batch.start_time_unix_nano.view(np.int64)
        first = int(times[times.argmin()])
        if first <= 0:
            times = self._with_now(times)
            first = int(times[times.argmin()])
        last = largest(times)
        if plan.table is None or not plan.from_ns <= first <= last < plan.until_ns:
            self._set_table(plan, last, rare)
        if plan.table is not None and plan.from_ns <= first:
            return plan.resolved(codes, plan.table)
        return self._in_time(codes, plan, times, rare)

    def _plan(self, values: tuple[_Values, ...], rare: frozenset[str]) -> Plan:
        plan = self._plans.get((values, rare))
        if plan is None:
            names = list(map(self._names, values))
            plan = Plan(
                names,
                list(map(self._timeline, names)),
                [each.response_model or each.request_model for each in names],
                Operations.of(each.operation for each in names),
            )
            if len(values) <= _PLAN_LENGTH_MAX and all(map(is_short, names)):
                if len(self._plans) >= _PLANS_MAX:
                    self._plans.clear()
                self._plans[values, rare] = plan
        return plan

    def _names(self, values: _Values) -> Names:
        """Of values of `_attributes`, and of the requested model if that was asked for."""
        if isinstance(values, Names):
            return values
        n_known = len(self._attributes)
        context = values[_N_NAMES:n_known]
        operation, provider, response_model = values[:_N_NAMES]
        request_model = values[n_known] if len(values) > n_known else None
        return Names(operation, provider, response_model, request_model, context)

    def _set_table(self, plan: Plan, at_ns: int, rare: frozenset[str]) -> None:
        """The prices of one moment, and for how long they stay so."""
        bounds = [each.bounds_ns(at_ns) for each in plan.timelines if each]
        plan.from_ns = max((start for start, _ in bounds), default=BEGIN_NS)
        plan.until_ns = min((end for _, end in bounds), default=END_NS)
        plan.table = PriceTable(
            [self._flat(each.entry(at_ns), rare) if each else None for each in plan.timelines]
        )
        plan.known_models = list(map(known_model, plan.names, plan.table.flats))

    def _in_time(
        self, codes: Codes, plan: Plan, times: NDArray[np.int64], rare: frozenset[str]
    ) -> Resolved:
        """Span by span, about 2 us each: a price changes in the time of this batch."""
        places: dict[tuple[int, Entry | None], int] = {}
        placed = []
        for code, at_ns in zip(codes.tolist(), times.tolist(), strict=True):
            timeline = plan.timelines[code]
            kind = (code, timeline.entry(at_ns) if timeline else None)
            placed.append(places.setdefault(kind, len(places)))
        flats = [self._flat(entry, rare) for _, entry in places]
        models = [plan.models[code] for code, _ in places]
        known = [
            known_model(plan.names[code], f) for (code, _), f in zip(places, flats, strict=True)
        ]
        operations = plan.operations.take([code for code, _ in places])
        return Resolved(np.array(placed, np.intp), PriceTable(flats), models, known, operations)

    def _with_now(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) when each call began; a span without a time counts as now."""
        return np.where(times <= 0, int(self._clock.now_s()) * SECOND_NS, times)

    def _flat(self, entry: Entry | None, rare: frozenset[str]) -> Flat | None:
        if entry is None:
            return None
        found = self._flats.get((entry, rare))
        if found is None:
            units, tokens_max = self._book.units, self._config.tokens_max
            found = self._flats[entry, rare] = flat(entry, rare, units, tokens_max)
        return found
