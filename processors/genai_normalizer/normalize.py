"""One batch, from what came to current names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from spanloom.batch import Logs, Metrics
from spanloom.columns import ValueKind
from spanloom.processors.genai_normalizer.apply import (
    detected,
    matching,
    put_defaults,
    remove_originals,
    run_step,
)
from spanloom.processors.genai_normalizer.canonical import NORMALIZED_FROM, POINT_KEYS
from spanloom.processors.genai_normalizer.errors import put_error_types
from spanloom.processors.genai_normalizer.items import Items, Turn, everywhere
from spanloom.processors.genai_normalizer.log_records import structure
from spanloom.processors.genai_normalizer.plan import Part, Plan, Planner
from spanloom.processors.genai_normalizer.repair import repair
from spanloom.processors.genai_normalizer.resources import ResourceNames
from spanloom.processors.genai_normalizer.schema_urls import claim, is_wrong
from spanloom.processors.genai_normalizer.timing import (
    drop_events,
    put_first_events,
    put_time_per_chunk,
)
from spanloom.processors.genai_normalizer.usage import (
    add_exclusive,
    aggregate,
    either,
    has_usage,
    wrapper_operations,
)
from spanloom.semconv import FINISH_REASONS, TIME_PER_OUTPUT_CHUNK, TIME_TO_FIRST_CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from spanloom.batch import Column
    from spanloom.component import AnyBatch
    from spanloom.processors.genai_normalizer.counters import Counters
    from spanloom.processors.genai_normalizer.dialect import Options
    from spanloom.processors.genai_normalizer.profiles import Profile

    Bool = NDArray[np.bool_]


# Kinds of values that may be known to be right, such as names of providers and lists of reasons.
_NAMEABLE = 1 << ValueKind.STRING | 1 << ValueKind.ARRAY
# So many are, each at most so long.
_RIGHT_MAX = 256
_RIGHT_CHARACTERS_MAX = 64
# In the place of a dialect's name, for what is done once for all of them.
_ALL = "all"


class Normalizer:
    """Brings batches to current names. Keeps plans only, so threads may share it.

    Args:
        planner: for the dialects that are looked for.
        options: by dialect.
        profile: whose names are written in the end.
        counters: of what was done.
        never: keys that are not written.
    """

    def __init__(
        self,
        planner: Planner,
        options: Mapping[str, Options],
        profile: Profile,
        counters: Counters,
        never: frozenset[str],
    ) -> None:
        self._planner = planner
        self._options = options
        # With the kinds that need no look, as bits.
        self._types = {
            key: (conversion, sum(1 << kind for kind in conversion.keeps))
            for key, conversion in planner.types.items()
        }
        self._right: dict[str, set[str | tuple[str, ...]]] = {key: set() for key in self._types}
        self._profile = profile
        self._overwrites = any(option.overwrite for option in options.values())
        self._counters = counters
        self._never = never
        self._resource_names = ResourceNames(planner.dialects, options)

    def normalize(self, batch: AnyBatch) -> None:
        """Edit the batch in place."""
        items = Items(batch, POINT_KEYS if isinstance(batch, Metrics) else None)
        plan = self._planner.plan(items.kinds, batch.scope_names, batch.scope_schema_urls)
        items.never, items.aliases = self._never, self._profile.names
        turns: list[tuple[Part, Turn]] = []
        wrappers: Bool | None = None
        if plan.parts:
            turns = [(part, self._turn(part)) for part in plan.parts]
            wrappers = self._wrappers(items, plan)
            self._apply(items, turns, wrappers)
            items.turn = Turn(everywhere, overwrite=False)
        self._try(_ALL, partial(self._check_types, items, plan))
        self._try(_ALL, partial(self._resource_names.apply, batch))
        self._try(_ALL, partial(self._finish, items, wrappers))
        if turns:  # instrumentations with current names tell the type themselves
            self._try(_ALL, partial(put_error_types, items))
            self._try(_ALL, partial(self._note, items, turns))
        if turns or self._profile.names:
            self._try(_ALL, partial(self._claim, items, turns))
            self._try(_ALL, partial(self._to_profile, items))
        self._counters.problems(items.problems)

    def _apply(self, items: Items, turns: list[tuple[Part, Turn]], wrappers: Bool | None) -> None:
        """Rules, then what follows from them, so that the order of dialects does not matter."""
        for part, turn in turns:
            items.turn = turn
            self._try(part.dialect.name, partial(self._map, items, part))
        following = [(part, turn) for part, turn in turns if part.follows]
        for _ in following:  # what follows may follow from what another dialect adds
            for part, turn in following:
                items.turn = turn
                self._try(part.dialect.name, partial(self._refine, items, part, wrappers))
        self._try(_ALL, partial(self._remove_originals, items, turns))

    def _turn(self, part: Part) -> Turn:
        overwrite = self._options[part.dialect.name].overwrite
        return Turn(partial(detected, part=part), overwrite=overwrite)

    def _wrappers(self, items: Items, plan: Plan) -> Bool | None:
        """(n,) the wrappers that a dialect knows; None is nowhere."""
        wrappers: Bool | None = None
        for part in plan.parts:
            wrappers = either(wrappers, matching(items, part.dialect.wrappers))
        return wrappers

    def _try(self, dialect: str, step: Callable[[], None]) -> None:
        """A step of one dialect. What it raises is a defect, which must not stop the data: what
        it had not added by then is missing, and that is counted and told.
        """
        try:
            step()
        except Exception as error:  # noqa: BLE001 - whatever a rule may raise
            self._counters.failed(dialect, error)

    def _map(self, items: Items, part: Part) -> None:
        for step in part.steps:
            run_step(items, step)
        if part.dialect.exclusive:
            add_exclusive(items, part.dialect.exclusive)

    def _refine(self, items: Items, part: Part, wrappers: Bool | None) -> None:
        dialect = part.dialect
        if dialect.first_chunk_events:
            put_first_events(items, dialect.first_chunk_events)
        put_defaults(items, dialect, wrappers)
        if dialect.refine is not None:
            dialect.refine(items)

    def _remove_originals(self, items: Items, turns: list[tuple[Part, Turn]]) -> None:
        """Last, as one dialect's key may mark another's items."""
        for part, turn in turns:
            if part.dialect.chunk_events and self._options[part.dialect.name].drop_chunk_events:
                items.turn = turn
                n_dropped = drop_events(items, part.dialect.chunk_events)
                self._counters.dropped_events(part.dialect.name, n_dropped)
        removing = [(p, t) for p, t in turns if self._options[p.dialect.name].remove_originals]
        for _, turn in removing:
            items.turn = turn
            turn.rows = items.rows  # before a key is gone that marks them
        for part, turn in removing:
            items.turn = turn
            remove_originals(items, part, items.rows, self._planner.current)

    def _check_types(self, items: Items, plan: Plan) -> None:
        """Convert what stands under a current name with a wrong type (R3)."""
        # Whole responses hold reasons too, in the provider's words.
        brought = FINISH_REASONS in items.keys and FINISH_REASONS not in plan.typed
        kinds_of = items.batch.key_kinds() if plan.parts else items.kinds
        for key in (*plan.typed, FINISH_REASONS) if brought else plan.typed:
            conversion, right = self._types[key]
            kinds = kinds_of.get(key, 0) & ~right
            if kinds and (kinds & ~_NAMEABLE or not self._are_right(key, items.column(key))):
                repair(items, key, conversion.convert, None, conversion.keeps, counts=True)

    def _are_right(self, key: str, column: Column) -> bool:
        """Whether its conversion leaves all texts and lists of texts as they are; asked once."""
        known, convert = self._right[key], self._types[key][0].convert
        for value in column.distinct()[1]:
            if isinstance(value, list) and not all(isinstance(entry, str) for entry in value):
                return False
            name = tuple(value) if isinstance(value, list) else value
            if name in known:
                continue
            if convert(value) != value:
                return False
            if len(known) < _RIGHT_MAX and len(str(name)) <= _RIGHT_CHARACTERS_MAX:
                known.add(name)
        return True

    def _finish(self, items: Items, wrappers: Bool | None) -> None:
        """What follows from the current names, whoever wrote them."""
        if isinstance(items.batch, Logs):
            structure(items)
        if TIME_TO_FIRST_CHUNK in items.keys and TIME_PER_OUTPUT_CHUNK not in items.keys:
            put_time_per_chunk(items)
        if has_usage(items.keys):
            wrappers = either(wrappers, wrapper_operations(items))
            if wrappers is not None:
                aggregate(items, wrappers)

    def _note(self, items: Items, turns: list[tuple[Part, Turn]]) -> None:
        """Write on each item which dialects added something to it."""
        added = [(p.dialect.name, t.added) for p, t in turns if t.added is not None]
        if not added:
            return
        numbers = np.zeros(len(items.batch), np.int64)
        for bit, (dialect, where) in enumerate(added):
            self._counters.items(dialect, int(np.count_nonzero(where)))
            numbers += where.astype(np.int64) << bit
        distinct, codes = np.unique(numbers, return_inverse=True)
        names = [
            ",".join(name for bit, (name, _) in enumerate(added) if number >> bit & 1)
            for number in distinct.tolist()
        ]
        items.put(NORMALIZED_FROM, names, numbers > 0, codes.astype(np.int32))

    def _claim(self, items: Items, turns: list[tuple[Part, Turn]]) -> None:
        """Scopes with names of the target do not name another version of the conventions."""
        target = self._profile.schema_url
        if not any(is_wrong(url, target) for url in items.batch.scope_schema_urls):
            return
        changed = [turn.added for _, turn in turns if turn.added is not None]
        changed += [items.present(key) for key in self._profile.names.keys() & items.keys]
        if changed:
            claim(items.batch, np.logical_or.reduce(changed), target)

    def _to_profile(self, items: Items) -> None:
        """Rename to the target's names, as the last thing; what has such a name already stays."""
        for key in self._profile.names.keys() & items.keys:
            to_target = self._profile.conversion(key)
            if to_target is not None:
                repair(items, key, to_target.convert)
            items.batch.rename_attribute(key, self._profile.names[key], overwrite=self._overwrites)
