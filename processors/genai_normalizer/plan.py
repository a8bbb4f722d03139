"""Which rules a batch needs, from nothing but its attribute keys and scope names.

A process sends the same sets of keys again and again, so plans are kept: a batch of a known
set costs one look-up. Sets that never come twice (indexed keys of long conversations) are
planned each time, from what is known of each key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from spanloom.processors.genai_normalizer.convert import Conversion
from spanloom.processors.genai_normalizer.dialect import (
    Dialect,
    FromEvent,
    Indexed,
    Rule,
    is_scoped,
    keys_of,
)
from spanloom.processors.genai_normalizer.patterns import is_among, is_indexed, matching

# Entries. A plan takes some 2 KB, a key or scope 200 bytes; at the bound all are forgotten.
PLANS_MAX = 256
KEYS_MAX = 8192
SCOPES_MAX = 1024
# Plans of more names, keys and scopes, than this are not kept, nor is a longer name.
_PLAN_NAMES_MAX = 256
_NAME_CHARACTERS_MAX = 256


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
        scopes: names of scopes that do.
        schema_urls: of scopes that do.
        drops: keys to remove with `remove_originals`.
    """

    dialect: Dialect
    markers: tuple[str, ...]
    scopes: frozenset[str]
    schema_urls: frozenset[str]
    steps: tuple[Step, ...]
    drops: tuple[str, ...]

    @property
    def is_detected(self) -> bool:
        """Whether the batch may hold items of the dialect."""
        return bool(self.markers or self.scopes or self.schema_urls)

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


_NOTHING = _About((), (), ())


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
        self._plans: dict[tuple[frozenset[str], ...], Plan] = {}
        self._scopes: dict[str, tuple[int, ...]] = {}
        self._keys: dict[str, _About] = {}
        self._exact: dict[str, list[tuple[int, int]]] = {}
        self._prefixed: list[tuple[str, tuple[int, int]]] = []
        for number, dialect in enumerate(self.dialects):
            self._index(number, dialect)
        patterns = [p for d in self.dialects for p in d.keys + d.drops]
        self._marks = frozenset(patterns)
        self._beginnings = tuple(
            {p[:-1] for p in patterns if p.endswith("*")} | {prefix for prefix, _ in self._prefixed}
        )
        rules = [rule for dialect in self.dialects for rule in dialect.rules]
        self.current = frozenset(types) | {n for n in (getattr(r, "new", "") for r in rules) if n}

    @property
    def n_plans(self) -> int:
        return len(self._plans)

    def plan(self, keys: Iterable[str], scopes: Sequence[str], urls: Sequence[str] = ()) -> Plan:
        """What a batch with these attribute keys, scope names and schema URLs needs."""
        known = (frozenset(keys), frozenset(scopes), frozenset(urls))
        plan = self._plans.get(known)
        if plan is None:
            plan = self._make(keys, known[1], known[2])
            names = known[0].union(*known[1:])
            if len(names) <= _PLAN_NAMES_MAX and all(map(_is_kept, names)):
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
            if not self._concerns(key):
                return _NOTHING  # not remembered, so that keys of others push out none of ours
            about = self._look(key)
            if not _is_kept(key):
                return about
            if len(self._keys) >= KEYS_MAX:
                self._keys = {}
            self._keys[key] = about
        return about

    def _concerns(self, key: str) -> bool:
        return key in self._exact or key in self._marks or key.startswith(self._beginnings)

    def _marked_by(self, scope: str) -> tuple[int, ...]:
        """The dialects that a scope's name marks."""
        marked = self._scopes.get(scope)
        if marked is None:
            marked = matching(scope, [dialect.scopes for dialect in self.dialects])
            if len(self._scopes) >= SCOPES_MAX:
                self._scopes = {}
            if _is_kept(scope):
                self._scopes[scope] = marked
        return marked

    def _marking(
        self, keys: Iterable[str], scopes: frozenset[str], urls: frozenset[str]
    ) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
        """By number of dialect: the scopes and the schema URLs that mark it."""
        by_scope: dict[int, set[str]] = {}
        for scope in scopes:
            for number in self._marked_by(scope):
                by_scope.setdefault(number, set()).add(scope)
        by_url: dict[int, set[str]] = {}
        if any(key.startswith("gen_ai.") for key in keys):
            for url in urls:
                for number in matching(url, [dialect.schema_urls for dialect in self.dialects]):
                    by_url.setdefault(number, set()).add(url)
        return by_scope, by_url

    def _look(self, key: str) -> _About:
        rules = list(self._exact.get(key, ()))
        rules += [p for prefix, p in self._prefixed if is_indexed(key, prefix)]
        return _About(
            tuple(rules),
            tuple(i for i, d in enumerate(self.dialects) if is_among(key, d.keys)),
            tuple(i for i, d in enumerate(self.dialects) if is_among(key, d.drops)),
        )

    def _make(self, keys: Iterable[str], scopes: frozenset[str], urls: frozenset[str]) -> Plan:
        steps: dict[int, dict[int, list[str]]] = {}
        marks: dict[int, list[str]] = {}
        drops: dict[int, list[str]] = {}
        for key in keys:
            about = self._about(key)
            for number, position in about.rules:
                steps.setdefault(number, {}).setdefault(position, []).append(key)
            for number in about.marks:
                marks.setdefault(number, []).append(key)
            for number in about.drops:
                drops.setdefault(number, []).append(key)
        by_scope, by_url = self._marking(keys, scopes, urls)
        made = [
            self._part(
                Part(
                    dialect,
                    tuple(marks.get(n, ())),
                    frozenset(by_scope.get(n, ())),
                    frozenset(by_url.get(n, ())),
                    (),
                    tuple(drops.get(n, ())),
                ),
                steps.get(n, {}),
            )
            for n, dialect in enumerate(self.dialects)
        ]
        typed = tuple(key for key in keys if key in self.types)
        return Plan(tuple(part for part in made if part.is_detected or part.steps), typed)

    def _part(self, part: Part, keys_of_rules: Mapping[int, list[str]]) -> Part:
        """With its steps: the rules, by position, that have keys here."""
        found = []
        for position, rule in enumerate(part.dialect.rules):
            keys = keys_of_rules.get(position, [])
            wanted = bool(keys) if not isinstance(rule, FromEvent) else part.is_detected
            if wanted and (part.is_detected or not is_scoped(rule)):
                found.append(Step(rule, tuple(keys)))
        return replace(part, steps=tuple(found))


def _is_kept(name: str) -> bool:
    """Whether a name may be remembered; one that is megabytes long may not."""
    return len(name) <= _NAME_CHARACTERS_MAX
