"""Lists that were spread over keys, put together again (R8).

This is the one place with a Python loop per span: the values of one span stand in as many
columns as it has keys. Names of keys are read once per batch, and spans with the same keys share
a plan; entries that are the same in several spans (instructions, tools, the turns of a
conversation) are built once. Only spans that have such keys pay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.columns import ValueKind
from spanloom.processors.genai_normalizer.convert import to_json
from spanloom.processors.genai_normalizer.messages import finish_reasons_of
from spanloom.processors.genai_normalizer.plain_messages import (
    MESSAGE_BUILDERS,
    PLAIN_PATHS,
    plain_json,
)
from spanloom.semconv import FINISH_REASONS, OUTPUT_MESSAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column
    from spanloom.processors.genai_normalizer.dialect import Gather, Indexed
    from spanloom.processors.genai_normalizer.items import Items

_TEXT_ONLY = bytes([ValueKind.ABSENT, ValueKind.STRING])
# Entries of one list, and levels of one key; what lies beyond is left out and counted.
ENTRIES_MAX = 4096
# Keys times items of a batch: each key is a column over all of them, at some 40 ns a row.
CELLS_MAX = 1 << 23
_DEPTH_MAX = 16
_DIGITS_MAX = 6

Paths = tuple[tuple[str, ...], ...]
"""Of one entry: the names behind its number, `("message", "role")`, in order of appearance."""
Built = tuple[str | None, Sequence[str]]
"""JSON of what an entry became, without the list around it, and its finish reasons.

Empty text stands for nothing, None for what JSON cannot hold."""


def put_indexed(items: Items, rule: Indexed, keys: Sequence[str], where: NDArray[np.bool_]) -> None:
    """Put under `rule.new` what `rule.build` makes of each item's entries."""
    where = items.open(rule.new, where)
    entries = _Entries(items, rule)
    values: list[Any] = [None] * len(where)
    reasons: dict[tuple[str, ...], int] = {(): -1}
    codes = np.full(len(where), -1, np.int32)
    for row, built in entries.by_row(_places(items, rule, keys, len(where)), where):
        texts = [text for text, _ in built if text != ""]
        if texts and None not in texts:
            values[row] = f"[{','.join(map(str, texts))}]"
        if rule.new == OUTPUT_MESSAGES:
            found = tuple(reason for _, of_entry in built for reason in of_entry)
            codes[row] = reasons.setdefault(found, len(reasons) - 1)
    items.put(rule.new, values, _given(values))
    items.put(FINISH_REASONS, [list(found) for found in reasons][1:], codes >= 0, codes)


def put_gathered(items: Items, rule: Gather, keys: Sequence[str], where: NDArray[np.bool_]) -> None:
    """Put under `rule.new` what `rule.build` makes of each item's values under the keys."""
    where = items.open(rule.new, where)
    gathered: dict[int, dict[str, Any]] = {}
    for key in keys:
        column = items.column(key)
        for row, value in _cells(column, where, is_text=_is_text(column)):
            gathered.setdefault(row, {})[key] = value
    values: list[Any] = [None] * len(where)
    for row, fields in gathered.items():
        found = items.ask(rule.build, fields)
        values[row] = to_json(found) if isinstance(found, list | dict) else found
    items.put(rule.new, values, _given(values))


def _given(values: list[Any]) -> NDArray[np.bool_]:
    return np.array([value is not None for value in values], np.bool_)


@dataclass(slots=True)
class _Place:
    """Where in the list the values of a key stand, and whether all of them are texts."""

    number: str
    path: tuple[str, ...]
    key: str
    is_text: bool = False


def _places(items: Items, rule: Indexed, keys: Sequence[str], n_items: int) -> list[_Place]:
    """Of all keys, those of one entry together, entries in numeric order."""
    n_keys = CELLS_MAX // max(n_items, 1)
    if len(keys) > n_keys:
        items.problem("too_many_keys", len(keys) - n_keys)
    by_entry: dict[str, list[_Place]] = {}
    for key in keys[:n_keys]:
        number, *path = key[len(rule.prefix) :].split(".")
        if len(path) >= _DEPTH_MAX:
            items.problem("too_deep")
        else:
            by_entry.setdefault(number, []).append(_Place(number, tuple(path), key))
    numbers = sorted(by_entry, key=lambda number: (int(number), number))
    return [place for number in numbers for place in by_entry[number]]


@dataclass(slots=True)
class _Shape:
    """Entries of the same paths.

    Attributes:
        plain: names of the values of a message that `plain_json` may know; None where it cannot.
        built: by values, what is known already; None where not all are texts: 1, 1.0 and True are
            one key of a table, and lists are none.
    """

    paths: Paths
    plain: tuple[str, ...] | None
    built: dict[tuple[Any, ...], Built] | None


class _Entries:
    """Builds each distinct entry of a batch once."""

    def __init__(self, items: Items, rule: Indexed) -> None:
        self._items = items
        self._rule = rule
        self._shapes: dict[tuple[Paths, bool], _Shape] = {}
        self._role = MESSAGE_BUILDERS.get(rule.build)

    def by_row(
        self, places: list[_Place], where: NDArray[np.bool_]
    ) -> Iterator[tuple[int, list[Built]]]:
        """(row, its entries in numeric order)."""
        patterns: list[list[int]] = [[] for _ in where]
        cells: list[list[Any]] = [[] for _ in where]
        for position, place in enumerate(places):
            column = self._items.column(place.key)
            place.is_text = _is_text(column)
            for row, value in _cells(column, where, is_text=place.is_text):
                patterns[row].append(position)
                cells[row].append(value)
        plans: dict[tuple[int, ...], list[tuple[slice, _Shape]]] = {}
        for row, positions in enumerate(patterns):
            if positions:
                pattern, values = tuple(positions), tuple(cells[row])
                plan = plans.get(pattern)
                if plan is None:
                    plan = plans[pattern] = self._plan([places[at] for at in pattern])
                yield row, [self._built(shape, values[part]) for part, shape in plan]

    def _plan(self, places: list[_Place]) -> list[tuple[slice, _Shape]]:
        """Which of an item's values make up each entry, and how."""
        ends = [i for i in range(1, len(places)) if places[i].number != places[i - 1].number]
        bounds = list(zip([0, *ends], [*ends, len(places)], strict=True))
        parts = (slice(*bound) for bound in bounds[:ENTRIES_MAX])
        return [(part, self._shape(places[part])) for part in parts]

    def _shape(self, places: list[_Place]) -> _Shape:
        paths = tuple(place.path for place in places)
        is_text = all(place.is_text for place in places)
        shape = self._shapes.get((paths, is_text))
        if shape is None:
            is_plain = self._role is not None and paths in PLAIN_PATHS
            plain = tuple(path[-1] for path in paths) if is_plain else None
            shape = _Shape(paths, plain, {} if is_text else None)
            self._shapes[paths, is_text] = shape
        return shape

    def _built(self, shape: _Shape, values: tuple[Any, ...]) -> Built:
        if shape.built is None:
            return self._build(shape, values)
        built = shape.built.get(values)
        if built is None:
            built = shape.built[values] = self._build(shape, values)
        return built

    def _build(self, shape: _Shape, values: tuple[Any, ...]) -> Built:
        if shape.plain is not None and self._role is not None:
            plain = plain_json(dict(zip(shape.plain, values, strict=True)), self._role)
            if plain is not None:
                return plain
        entry = _entry(shape.paths, values)
        reasons = finish_reasons_of([entry]) if self._rule.new == OUTPUT_MESSAGES else ()
        found = self._items.ask(self._rule.build, [entry])
        text = to_json(found) if found else "[]"
        return None if text is None else text[1:-1], reasons or ()


def _entry(paths: Paths, values: Sequence[Any]) -> Any:
    """The values nested as the paths say."""
    if paths[0] == ():  # `0` and `0.a` both have a value: the first stays
        return values[0]
    tree: dict[str, Any] = {}
    for path, value in zip(paths, values, strict=True):
        if path:
            _plant(tree, path, value)
    return _grown(tree)


def _cells(column: Column, where: NDArray[np.bool_], *, is_text: bool) -> Iterator[tuple[int, Any]]:
    """(row, value) where the item has the key."""
    if is_text:
        # Few of many items have the hundredth message, so they are looked for with numpy.
        values, codes = column.values, column.codes
        rows = np.flatnonzero(where & (codes >= 0))
        return zip(rows.tolist(), map(values.__getitem__, codes[rows].tolist()), strict=True)
    objects = column.objects()
    return ((row, objects[row]) for row in np.flatnonzero(where & column.present).tolist())


def _is_text(column: Column) -> bool:
    return not column.kinds.tobytes().strip(_TEXT_ONLY)


def _plant(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        branch = tree.get(name)
        if branch is None:
            branch = tree[name] = {}
        elif type(branch) is not dict:  # `a` and `a.b` both have a value: the first stays
            return
        tree = branch
    tree.setdefault(path[-1], value)


def _grown(branch: dict[str, Any]) -> Any:
    """Dicts whose keys are all numbers become lists in numeric order."""
    if all(map(_is_number, branch)):
        numbered = sorted(((int(name), inner) for name, inner in branch.items()), key=itemgetter(0))
        return [_grown(inner) if type(inner) is dict else inner for _, inner in numbered]
    for name, inner in branch.items():
        if type(inner) is dict:
            branch[name] = _grown(inner)
    return branch


def _is_number(name: str) -> bool:
    return len(name) <= _DIGITS_MAX and name.isdecimal()
