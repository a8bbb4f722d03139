"""Finds the price of each span: once per provider, model, context and stretch of time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spanloom import semconv
from spanloom.processors.cost.book import BEGIN_NS, END_NS
from spanloom.processors.cost.calls import Groups, group
from spanloom.processors.cost.flat import Flat, flat
from spanloom.processors.cost.nameless import with_named_models
from spanloom.processors.cost.price_table import PriceTable
from spanloom.processors.cost.prices import SECOND_NS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.clock import Clock
    from spanloom.processors.cost.book import PriceBook, Timeline
    from spanloom.processors.cost.config import Config
    from spanloom.processors.cost.prices import Entry
    from spanloom.processors.cost.same_response import Model

    Bool = NDArray[np.bool_]
    Codes = NDArray[np.intp]
    Names = tuple[str | None, ...]

_NAMES_MAX = 10_000
_PLANS_MAX = 1_000
_PLAN_LENGTH_MAX = 64
# Of no attribute.
_NO_NAME = ""
_NAME_LENGTH_MAX = 500
# Only the batch interface of OpenAI and Anthropic tells itself so, as a service tier.
_BATCH_TIER = ("service_tier", "batch")
_NO_TIER = "auto"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The prices of a batch.

    Attributes:
        codes: (n,) position in `table`; not to be changed.
        table: the prices.
        models: what the span calls its model, by position; None where nothing does.
        known_models: by position, the price's entry and the names; empty where it has no price.
    """

    codes: Codes
    table: PriceTable
    models: list[str | None]
    known_models: list[Model]


@dataclass(slots=True)
class _Plan:
    """What was found for some names, and the time in which it holds.

    Attributes:
        timelines: by code.
        models: as in `Resolved`.
        table: the prices from `from_ns` until before `until_ns`; None: not made yet.
        known_models: as in `Resolved`, likewise.
    """

    timelines: list[Timeline | None]
    models: list[str | None]
    names: list[Names]
    known_models: list[Model] = field(default_factory=list)
    table: PriceTable | None = None
    from_ns: int = 0
    until_ns: int = 0


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
        self._context_names = [
            (key, name) for key, names in config.context_attributes.items() for name in names
        ]
        self._timelines: dict[Names, Timeline | None] = {}
        self._flats: dict[tuple[Entry, frozenset[str]], Flat] = {}
        self._plans: dict[tuple[tuple[Names, ...], frozenset[str]], _Plan] = {}
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
        self, batch: Traces, keys: Collection[str], rare: Collection[str], is_call: Bool | None
    ) -> Resolved:
        """The price of every span.

        Args:
            batch: the spans.
            keys: the attributes that it has.
            rare: units counted besides the common ones.
            is_call: (n,) where a price matters; None: everywhere.
        """
        context = [name for _, name in self._context_names]
        units = frozenset(rare)
        groups = group(batch, keys, [semconv.PROVIDER, semconv.RESPONSE_MODEL, _NO_NAME, *context])
        found = self._resolved(batch, groups, units)
        if _lacks(found, is_call) and semconv.REQUEST_MODEL in keys:
            models = (semconv.RESPONSE_MODEL, semconv.REQUEST_MODEL)
            groups = group(batch, keys, [semconv.PROVIDER, *models, *context])
            found = self._resolved(batch, groups, units)
        if _lacks(found, is_call):
            filled = with_named_models(batch, groups, self._config)
            found = found if filled is None else self._resolved(batch, filled, units)
        return found

    def _timeline(self, names: Names) -> Timeline | None:
        """The price by (provider, response model, request model, context ...)."""
        if names in self._timelines:
            return self._timelines[names]
        provider, *models = names[:3]
        context = self._context(names[3:])
        found = None
        for model in models:
            if found is None and model and len(model) <= _NAME_LENGTH_MAX:
                found = self._book.resolve(provider, model, context)
        if _is_short(names):
            if len(self._timelines) >= _NAMES_MAX:
                self._forget()
            self._timelines[names] = found
        return found

    def _context(self, values: Names) -> dict[str, str]:
        context: dict[str, str] = {}
        for (key, _), value in zip(self._context_names, values, strict=True):
            if value and value != _NO_TIER and (key, value) != _BATCH_TIER:
                context.setdefault(key, value)
            elif value and (key, value) == _BATCH_TIER:
                context.setdefault("processing", "batch")
        return context

    def _resolved(self, batch: Traces, groups: Groups, rare: frozenset[str]) -> Resolved:
        """The prices at the time of each span."""
        plan = self._plan(tuple(groups.values), rare)
        if plan.table is not None and plan.until_ns == END_NS and plan.from_ns == BEGIN_NS:
            return Resolved(groups.codes, plan.table, plan.models, plan.known_models)
        if not len(batch):
            nothing = PriceTable([None] * len(groups.values))
            return Resolved(groups.codes, nothing, plan.models, [()] * len(nothing))
        times = batch.start_time_unix_nano.view(np.int64)
        first = int(times.min())
        if first <= 0:
            times = self._with_now(times)
            first = int(times.min())
        last = int(times.max())
        if plan.table is None or not plan.from_ns <= first <= last < plan.until_ns:
            self._set_table(plan, last, rare)
        if plan.table is not None and plan.from_ns <= first:
            return Resolved(groups.codes, plan.table, plan.models, plan.known_models)
        return self._in_time(groups, plan, times, rare)

    def _plan(self, values: tuple[Names, ...], rare: frozenset[str]) -> _Plan:
        plan = self._plans.get((values, rare))
        if plan is None:
            timelines = [self._timeline(names) for names in values]
            plan = _Plan(
                timelines, [names[1] or names[2] for names in values], [n[1:3] for n in values]
            )
            if len(values) <= _PLAN_LENGTH_MAX and all(map(_is_short, values)):
                if len(self._plans) >= _PLANS_MAX:
                    self._plans.clear()
                self._plans[values, rare] = plan
        return plan

    def _set_table(self, plan: _Plan, at_ns: int, rare: frozenset[str]) -> None:
        """The prices of one moment, and for how long they stay so."""
        bounds = [each.bounds_ns(at_ns) for each in plan.timelines if each]
        plan.from_ns = max((start for start, _ in bounds), default=BEGIN_NS)
        plan.until_ns = min((end for _, end in bounds), default=END_NS)
        plan.table = PriceTable(
            [self._flat(each.entry(at_ns), rare) if each else None for each in plan.timelines]
        )
        plan.known_models = list(map(_known_model, plan.names, plan.table.flats))

    def _in_time(
        self, groups: Groups, plan: _Plan, times: NDArray[np.int64], rare: frozenset[str]
    ) -> Resolved:
        """Span by span, about 2 us each: a price changes in the time of this batch."""
        places: dict[tuple[int, Entry | None], int] = {}
        codes = []
        for code, at_ns in zip(groups.codes.tolist(), times.tolist(), strict=True):
            timeline = plan.timelines[code]
            kind = (code, timeline.entry(at_ns) if timeline else None)
            codes.append(places.setdefault(kind, len(places)))
        flats = [self._flat(entry, rare) for _, entry in places]
        models = [plan.models[code] for code, _ in places]
        known = [
            _known_model(plan.names[code], f) for (code, _), f in zip(places, flats, strict=True)
        ]
        return Resolved(np.array(codes, np.intp), PriceTable(flats), models, known)

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


def _lacks(found: Resolved, is_call: Bool | None) -> bool:
    """Whether a call has no price."""
    if None not in found.table.flats:
        return False
    codes = found.codes if is_call is None else found.codes[is_call]
    return any(found.table.flats[code] is None for code in np.unique(codes).tolist())


def _known_model(names: Names, flat: Flat | None) -> Model:
    if flat is None:
        return ()
    return (flat.entry.name, *(name.lower()[:_NAME_LENGTH_MAX] for name in names if name))


def _is_short(names: Names) -> bool:
    """Whether the names may be remembered: memory is bounded in bytes too."""
    return all(name is None or len(name) <= _NAME_LENGTH_MAX for name in names)
