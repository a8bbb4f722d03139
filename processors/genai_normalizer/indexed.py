"""Lists that were spread over keys, put together again (R8).

This is the one place with a Python loop per span: the values of one span stand in as many
columns as it has keys. It costs about a microsecond per key and span, and only spans that
have such keys pay.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.columns import ValueKind
from spanloom.processors.genai_normalizer.convert import to_json
from spanloom.processors.genai_normalizer.messages import finish_reasons_of
from spanloom.semconv import FINISH_REASONS, OUTPUT_MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from spanloom.processors.genai_normalizer.dialect import Gather, Indexed
    from spanloom.processors.genai_normalizer.items import Items

_TEXT_ONLY = bytes([ValueKind.ABSENT, ValueKind.STRING])
# Entries of one list, and levels of one key; what lies beyond is left out and counted.
ENTRIES_MAX = 4096
# Keys times items of a batch: each key is a column over all of them, at some 40 ns a row.
CELLS_MAX = 1 << 23
_DEPTH_MAX = 16
_DIGITS_MAX = 6


def put_indexed(items: Items, rule: Indexed, keys: Sequence[str], where: NDArray[np.bool_]) -> None:
    """Put under `rule.new` what `rule.build` makes of each item's entries."""
    trees = _trees(items, rule, keys, items.open(rule.new, where))
    values: list[Any] = [None] * len(where)
    reasons: list[Any] = [None] * len(where)
    for row, tree in trees.items():
        entries = _entries(tree)[:ENTRIES_MAX]
        found = items.ask(rule.build, entries)
        values[row] = to_json(found) if found else None
        if rule.new == OUTPUT_MESSAGES:
            reasons[row] = finish_reasons_of(entries)
    items.put(rule.new, values, _given(values))
    items.put(FINISH_REASONS, reasons, _given(reasons))


def put_gathered(items: Items, rule: Gather, keys: Sequence[str], where: NDArray[np.bool_]) -> None:
    """Put under `rule.new` what `rule.build` makes of each item's values under the keys."""
    where = items.open(rule.new, where)
    gathered: dict[int, dict[str, Any]] = {}
    for key in keys:
        for row, value in _cells(items, key, where):
            gathered.setdefault(row, {})[key] = value
    values: list[Any] = [None] * len(where)
    for row, fields in gathered.items():
        found = items.ask(rule.build, fields)
        values[row] = to_json(found) if isinstance(found, list | dict) else found
    items.put(rule.new, values, _given(values))


def _given(values: list[Any]) -> NDArray[np.bool_]:
    return np.array([value is not None for value in values], np.bool_)


def _trees(
    items: Items, rule: Indexed, keys: Sequence[str], where: NDArray[np.bool_]
) -> dict[int, dict[str, Any]]:
    """By row: its values under the keys, nested as the dots say."""
    trees: dict[int, dict[str, Any]] = {}
    n_keys = CELLS_MAX // max(len(where), 1)
    if len(keys) > n_keys:
        items.problem("too_many_keys", len(keys) - n_keys)
    for key in keys[:n_keys]:
        path = key[len(rule.prefix) :].split(".")
        if len(path) > _DEPTH_MAX:
            items.problem("too_deep")
            continue
        for row, value in _cells(items, key, where):
            _plant(trees.setdefault(row, {}), path, value)
    return trees


def _cells(items: Items, key: str, where: NDArray[np.bool_]) -> Iterator[tuple[int, Any]]:
    """(row, value) where the item has the key."""
    column = items.column(key)
    if not column.kinds.tobytes().strip(_TEXT_ONLY):
        # Few of many items have the hundredth message, so they are looked for with numpy.
        values, codes = column.values, column.codes
        rows = np.flatnonzero(where & (codes >= 0))
        return zip(rows.tolist(), map(values.__getitem__, codes[rows].tolist()), strict=True)
    objects = column.objects()
    return ((row, objects[row]) for row in np.flatnonzero(where & column.present).tolist())


def _plant(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        branch = tree.get(name)
        if branch is None:
            branch = tree[name] = {}
        elif type(branch) is not dict:  # `a` and `a.b` both have a value: the first stays
            return
        tree = branch
    tree.setdefault(path[-1], value)


def _entries(tree: dict[str, Any]) -> list[Any]:
    numbered = [(int(name), branch) for name, branch in tree.items() if _is_number(name)]
    numbered.sort(key=itemgetter(0))
    return [_grown(branch) if type(branch) is dict else branch for _, branch in numbered]


def _grown(branch: dict[str, Any]) -> Any:
    """Dicts whose keys are all numbers become lists in numeric order."""
    if all(map(_is_number, branch)):
        return _entries(branch)
    for name, inner in branch.items():
        if type(inner) is dict:
            branch[name] = _grown(inner)
    return branch


def _is_number(name: str) -> bool:
    return len(name) <= _DIGITS_MAX and name.isdecimal()
