"""Finds the price of each span: once per provider, model, context and stretch of time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spanloom import semconv
from spanloom.processors.cost.calls import Groups, group
from spanloom.processors.cost.flat import Flat, flat
from spanloom.processors.cost.prices import SECOND_NS
from spanloom.processors.cost.providers import SELF_HOSTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.clock import Clock
    from spanloom.processors.cost.book import PriceBook, Timeline
    from spanloom.processors.cost.config import Config
    from spanloom.processors.cost.prices import Entry

    Codes = NDArray[np.intp]
    Names = tuple[str | None, ...]

_CACHED_MAX = 10_000
_NAME_LENGTH_MAX = 500
# Only the batch interface of OpenAI and Anthropic tells itself so, as a service tier.
_BATCH_TIER = ("service_tier", "batch")
_NO_TIER = "auto"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The prices of a batch.

    Attributes:
        codes: (n,) position in `table`.
        table: the price; None where there is none.
        models: what the span calls its model, by position; None where nothing does.
    """

    codes: Codes
    table: list[Flat | None]
    models: list[str | None]


class Resolver:
    """Remembers what it found, up to 10,000 combinations; then it begins anew.

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
        self.use(book)

    def use(self, book: PriceBook) -> None:
        """From now on these prices."""
        self._book = book
        self._units = book.units
        self._timelines.clear()
        self._flats.clear()

    def resolve(self, batch: Traces, keys: Collection[str], rare: Collection[str]) -> Resolved:
        """The price of every span; `rare` are the units counted besides the common ones."""
        context = [name for _, name in self._context_names]
        names = [semconv.PROVIDER, semconv.RESPONSE_MODEL, *context]
        groups = group(batch, keys, names)
        timelines = [self._timeline((*each[:2], None, *each[2:])) for each in groups.values]
        if None in timelines and semconv.REQUEST_MODEL in keys:
            names = [*names[:2], semconv.REQUEST_MODEL, *context]
            groups = group(batch, keys, names)
            timelines = [self._timeline(each) for each in groups.values]
        else:
            groups = Groups(groups.codes, [(*e[:2], None, *e[2:]) for e in groups.values])
        if None in timelines:
            self._take_model_elsewhere(batch, groups, timelines)
        return self._in_time(batch, groups, timelines, frozenset(rare))

    def _timeline(self, names: Names) -> Timeline | None:
        """The price by (provider, response model, request model, context ...)."""
        if names in self._timelines:
            return self._timelines[names]
        if len(self._timelines) >= _CACHED_MAX:
            self._timelines.clear()
            self._flats.clear()
        provider, *models = names[:3]
        context = self._context(names[3:])
        found = None
        for model in models:
            if found is None and model and len(model) <= _NAME_LENGTH_MAX:
                found = self._book.resolve(provider, model, context)
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

    def _take_model_elsewhere(
        self, batch: Traces, groups: Groups, timelines: list[Timeline | None]
    ) -> None:
        """Fills in the prices of calls whose span names no model; changes all three in place."""
        nameless = [i for i, each in enumerate(groups.values) if not any(each[1:3])]
        elsewhere = self._of_resources(batch)
        if elsewhere is None:
            return
        for code in nameless:
            rows = np.flatnonzero(groups.codes == code)
            names = groups.values[code]
            for resource in np.unique(batch.resource_index[rows]).tolist():
                model = elsewhere[resource]
                if model is not None:
                    filled = (names[0] or SELF_HOSTED, model, None, *names[3:])
                    groups.codes[rows[batch.resource_index[rows] == resource]] = len(timelines)
                    groups.values.append(filled)
                    timelines.append(self._timeline(filled))

    def _of_resources(self, batch: Traces) -> list[str | None] | None:
        """The model by resource, from its attributes or the default; None: nothing says one."""
        found: list[str | None] = [self._config.default_model or None] * batch.n_resources
        keys = set(batch.keys("resource")) if self._config.model_from_resource else set()
        for name in reversed(self._config.model_from_resource):
            if name in keys:
                strings = batch.attribute(name, "resource").strings()
                found = [own or other for own, other in zip(strings, found, strict=True)]
        return found if any(found) else None

    def _in_time(
        self, batch: Traces, groups: Groups, timelines: list[Timeline | None], rare: frozenset[str]
    ) -> Resolved:
        """The prices at the time of each span."""
        codes = groups.codes
        table: list[Flat | None] = [None] * len(timelines)
        models = [names[1] or names[2] for names in groups.values]
        for code, timeline in enumerate(timelines):
            if timeline is None:
                continue
            if timeline.is_constant:
                table[code] = self._flat(timeline.entry(0), rare)
                continue
            rows = np.flatnonzero(codes == code) if len(timelines) > 1 else slice(None)
            times = self._times(batch)[rows]
            if len(times) and timeline.is_same(int(times.min()), int(times.max())):
                table[code] = self._flat(timeline.entry(int(times[0])), rare)
            else:
                codes = codes.copy()
                entries = [timeline.entry(at_ns) for at_ns in times.tolist()]
                codes[rows] = self._added(entries, table, models, models[code], rare)
        return Resolved(codes, table, models)

    def _added(
        self,
        entries: list[Entry | None],
        table: list[Flat | None],
        models: list[str | None],
        model: str | None,
        rare: frozenset[str],
    ) -> list[int]:
        """Codes of entries, one per row, new in the table."""
        known: dict[Entry | None, int] = {}
        for entry in entries:
            if entry not in known:
                known[entry] = len(table)
                table.append(self._flat(entry, rare))
                models.append(model)
        return [known[entry] for entry in entries]

    def _times(self, batch: Traces) -> NDArray[np.int64]:
        """(n,) when each call began; a span without a time counts as now."""
        times: NDArray[np.int64] = batch.start_time_unix_nano.astype(np.int64)
        if int(times.min(initial=1)) <= 0:
            times[times <= 0] = int(self._clock.now_s()) * SECOND_NS
        return times

    def _flat(self, entry: Entry | None, rare: frozenset[str]) -> Flat | None:
        if entry is None:
            return None
        key = (entry, rare)
        found = self._flats.get(key)
        if found is None:
            found = self._flats[key] = flat(entry, rare, self._units, self._config.tokens_max)
        return found
