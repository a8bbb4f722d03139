"""Which rules a batch needs, from nothing but its attribute keys and scope names.

A process sends the same sets of keys again and again, so plans are kept: a batch of a known
set costs one look-up. Sets that never come twice (indexed keys of long conversations) are
planned each time, from what is known of each key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from spanloom.processors.genai_normalizer.convert import Conversion
from spanloom.processors.genai_normalizer.dialect import (
    Dialect,
    FromEvent,
    Gather,
    Indexed,
    Repair,
    Rule,
)

# Entries. A plan takes some 2 KB, a key 200 bytes; at the bound everything is forgotten.
PLANS_MAX = 256
KEYS_MAX = 8192
# Sets of more keys than this are not kept.
_PLAN_KEYS_MAX = 256

_INDEX = re.compile(r"(\d{1,6})(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Step:
    """A rule that has something to do; `keys` are those of the batch that it is about."""

    rule: Rule
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one dialect has to do.

    Attributes:
        markers: keys of the batch that mark an item as the dialect's.
        scopes: numbers of the batch's scopes that do.
        wrappers: its matches whose key the batch has.
        drops: keys to remove with `remove_originals`.
    """

    dialect: Dialect
    markers: tuple[str, ...]
    scopes: tuple[int, ...]
    steps: tuple[Step, ...]
    drops: tuple[str, ...]

    @property
    def is_detected(self) -> bool:
        """Whether the batch may hold items of the dialect."""
        return bool(self.markers or self.scopes)

    @property
    def follows(self) -> bool:
        """Whether something follows from what its rules bring."""
        d = self.dialect
        return self.is_detected and bool(d.defaults or d.refine or d.first_chunk_events)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch needs: dialects with something to do, and canonical keys to be checked."""

    parts: tuple[Part, ...]
    typed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _About:
    """What the dialects say of one key: (dialect, rule) pairs, and numbers of dialects."""

    rules: tuple[tuple[int, int], ...]
    marks: tuple[int, ...]
    drops: tuple[int, ...]


class Planner:
    """Plans for a set of dialects. Threads may share it: its tables only ever gain entries.

    Attributes:
        dialects: in the order in which they are asked.
        types: by current name, the conversion that its values must survive unchanged.
        current: the names that rules bring values to.
    """

    def __init__(self, dialects: Sequence[Dialect], types: Mapping[str, Conversion]) -> None:
        self.types = types
        self.dialects = tuple(sorted(dialects, key=lambda d: (d.order, d.name)))
        self.n_planned = 0
        self._plans: dict[tuple[frozenset[str], tuple[str, ...]], Plan] = {}
        self._keys: dict[str, _About] = {}
        self._exact: dict[str, list[tuple[int, int]]] = {}
        self._prefixed: list[tuple[str, tuple[int, int]]] = []
        for number, dialect in enumerate(self.dialects):
            self._index(number, dialect)
        rules = [rule for dialect in self.dialects for rule in dialect.rules]
        self.current = frozenset(types) | {n for n in (getattr(r, "new", "") for r in rules) if n}

    @property
    def n_plans(self) -> int:
        return len(self._plans)

    def plan(self, keys: Sequence[str], scopes: Sequence[str]) -> Plan:
        """What a batch with these attribute keys and scope names needs."""
        known = (frozenset(keys), tuple(scopes))
        plan = self._plans.get(known)
        if plan is None:
            plan = self._make(keys, scopes)
            self.n_planned += 1
            if len(keys) <= _PLAN_KEYS_MAX:
                if len(self._plans) >= PLANS_MAX:
                    self._plans = {}
                self._plans[known] = plan
        return plan

    def _index(self, number: int, dialect: Dialect) -> None:
        for position, rule in enumerate(dialect.rules):
            place = (number, position)
            if isinstance(rule, Indexed):
                self._prefixed.append((rule.prefix, place))
            else:
                for key in keys_of(rule):
                    self._exact.setdefault(key, []).append(place)

    def _about(self, key: str) -> _About:
        about = self._keys.get(key)
        if about is None:
            about = self._look(key)
            if len(self._keys) >= KEYS_MAX:
                self._keys = {}
            self._keys[key] = about
        return about

    def _look(self, key: str) -> _About:
        rules = list(self._exact.get(key, ()))
        rules += [p for prefix, p in self._prefixed if _is_indexed(key, prefix)]
        return _About(
            tuple(rules),
            tuple(i for i, d in enumerate(self.dialects) if _is_among(key, d.keys)),
            tuple(i for i, d in enumerate(self.dialects) if _is_among(key, d.drops)),
        )

    def _make(self, keys: Sequence[str], scopes: Sequence[str]) -> Plan:
        steps: dict[tuple[int, int], list[str]] = {}
        marks: dict[int, list[str]] = {}
        drops: dict[int, list[str]] = {}
        for key in keys:
            about = self._about(key)
            for place in about.rules:
                steps.setdefault(place, []).append(key)
            for number in about.marks:
                marks.setdefault(number, []).append(key)
            for number in about.drops:
                drops.setdefault(number, []).append(key)
        made = [
            self._part(n, steps, marks.get(n, []), drops.get(n, []), scopes)
            for n in range(len(self.dialects))
        ]
        typed = tuple(key for key in keys if key in self.types)
        return Plan(tuple(part for part in made if part.is_detected or part.steps), typed)

    def _part(
        self,
        number: int,
        steps: dict[tuple[int, int], list[str]],
        markers: list[str],
        drops: list[str],
        scopes: Sequence[str],
    ) -> Part:
        dialect = self.dialects[number]
        marked = tuple(
            i for i, s in enumerate(scopes) if any(fnmatchcase(s, glob) for glob in dialect.scopes)
        )
        detected = bool(marked or markers)
        found = []
        for position, rule in enumerate(dialect.rules):
            keys = steps.get((number, position), [])
            wanted = bool(keys) if not isinstance(rule, FromEvent) else detected
            if wanted and (detected or not is_scoped(rule)):
                found.append(Step(rule, tuple(keys)))
        return Part(dialect, tuple(markers), marked, tuple(found), tuple(drops))


def is_scoped(rule: Rule) -> bool:
    """Whether the rule is for the dialect's own items only."""
    return isinstance(rule, Repair | FromEvent) or rule.scoped


def keys_of(rule: Rule) -> tuple[str, ...]:
    """The attribute keys that give the rule something to do."""
    match rule:
        case Gather():
            return rule.olds
        case Repair():
            return (rule.key,)
        case FromEvent() | Indexed():
            return ()
        case _:
            return (rule.old,)


def _is_among(key: str, patterns: Sequence[str]) -> bool:
    return any(
        key.startswith(pattern[:-1]) if pattern.endswith("*") else key == pattern
        for pattern in patterns
    )


def _is_indexed(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and _INDEX.match(key, len(prefix)) is not None
