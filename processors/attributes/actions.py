"""The actions, each as one function over whole columns.

An action gets the batch and the rows it may touch, at one level (items or resources).
Work on strings is done once per distinct string.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.columns import ValueKind, spread
from spanloom.processors.attributes.convert import CONVERSIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column, Level
    from spanloom.component import AnyBatch
    from spanloom.processors.attributes.config import Action

    Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """The owners that an action may touch: where[i] is of owner i at the level."""

    batch: AnyBatch
    level: Level
    where: Bool

    def column(self, key: str) -> Column:
        return self.batch.attribute(key, self.level)

    def set(self, key: str, value: Any, where: Bool, codes: Any = None) -> None:
        """Set, if there is any row to set."""
        if where.any():
            self.batch.set_attribute(key, value, codes=codes, where=where, level=self.level)

    def set_constant(self, key: str, value: Any, where: Bool) -> None:
        """Set the same value everywhere; a list would be taken for one value per owner."""
        self.set(key, [value] * len(where) if isinstance(value, list) else value, where)

    def remove(self, key: str) -> None:
        self.batch.remove_attribute(key, where=self.where, level=self.level)


Apply = Callable[[Rows], None]

# Which rows an action may set, from where the key is present.
_ALLOWED: dict[str, Callable[[NDArray[np.bool_]], NDArray[np.bool_]]] = {
    "insert": lambda present: ~present,
    "update": lambda present: present,
    "upsert": np.ones_like,
}


def compile_actions(actions: Sequence[Action]) -> list[Apply]:
    """One function per action, everything precomputed."""
    return [_COMPILERS[action.action](action) for action in actions]


def apply_all(actions: Sequence[Apply], batch: AnyBatch, level: Level, where: Bool) -> None:
    """Run the actions in order; each sees the edits of those before it."""
    if where.any():
        rows = Rows(batch, level, where)
        for action in actions:
            action(rows)


def _put(action: Action) -> Apply:
    """insert, update and upsert."""
    allowed = _ALLOWED[action.action]
    source = action.from_attribute
    constant = action.value if action.value is not None else action.default_value

    def apply(rows: Rows) -> None:
        target = rows.where & allowed(rows.column(action.key).present)
        if not source:
            rows.set_constant(action.key, constant, target)
            return
        found = rows.column(source)
        copy_column(rows, action.key, found, target)
        if action.default_value is not None:
            rows.set_constant(action.key, action.default_value, target & ~found.present)

    return apply


def copy_column(rows: Rows, key: str, column: Column, where: Bool) -> None:
    """Set `key` to the values of another column, types kept, where they are present."""
    kinds = column.kinds
    rows.set(key, column.values, where & (kinds == ValueKind.STRING), codes=column.codes)
    for kind, values in _scalar_columns(column):
        rows.set(key, values, where & (kinds == kind))
    nested = where & (kinds >= ValueKind.ARRAY)
    if nested.any():
        rows.set(key, column.objects(), nested)


def _scalar_columns(column: Column) -> Iterator[tuple[ValueKind, NDArray[Any]]]:
    present = set(np.unique(column.kinds).tolist())
    if ValueKind.BOOL in present:
        yield ValueKind.BOOL, column.bools()
    if ValueKind.INT in present:
        yield ValueKind.INT, column.ints()
    if ValueKind.DOUBLE in present:
        yield ValueKind.DOUBLE, column.floats()


def _on_keys(action: Action, change: Callable[[Rows, str], None]) -> Apply:
    """`change` for the key, and for the keys that the pattern finds."""
    pattern = re.compile(action.pattern) if action.pattern else None

    def apply(rows: Rows) -> None:
        if action.key:
            change(rows, action.key)
        if pattern is not None:
            for key in filter(pattern.search, rows.batch.keys(rows.level)):
                change(rows, key)

    return apply


def _delete(action: Action) -> Apply:
    return _on_keys(action, Rows.remove)


def _hash(action: Action) -> Apply:
    return _on_keys(action, _hash_key)


def _hash_key(rows: Rows, key: str) -> None:
    """SHA-256 of the UTF-8 text, or of the little-endian number, as the Collector has it.

    Empty strings and nested values become an empty string.
    """
    column = rows.column(key)
    hashes = [_sha256(text.encode()) for text in column.values]
    rows.set(key, hashes, rows.where & (column.kinds == ValueKind.STRING), codes=column.codes)
    for kind, values in _scalar_columns(column):
        distinct, codes = np.unique(values, return_inverse=True)
        hashes = [_sha256(_number_bytes(value)) for value in distinct.tolist()]
        rows.set(key, hashes, rows.where & (column.kinds == kind), codes=codes.astype(np.int32))
    rows.set(key, "", rows.where & (column.kinds >= ValueKind.ARRAY))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if content else ""


def _number_bytes(value: bool | float) -> bytes:  # noqa: FBT001 - any number
    if isinstance(value, bool):
        return bytes([value])
    return struct.pack("<q" if isinstance(value, int) else "<d", value)


def _extract(action: Action) -> Apply:
    pattern = re.compile(action.pattern)

    def apply(rows: Rows) -> None:
        column = rows.column(action.key)
        matches = [pattern.search(text) for text in column.values]
        hit: Bool = spread([m is not None for m in matches], column.codes, absent=False)
        for name in pattern.groupindex:
            groups = [(match[name] or "") if match else "" for match in matches]
            rows.set(name, groups, rows.where & hit, codes=column.codes)

    return apply


def _convert(action: Action) -> Apply:
    convert = CONVERSIONS[action.converted_type]

    def apply(rows: Rows) -> None:
        for converted in convert(rows.column(action.key)):
            where = rows.where & converted.where
            rows.set(action.key, converted.values, where, codes=converted.codes)

    return apply


_COMPILERS: dict[str, Callable[[Action], Apply]] = {
    "insert": _put,
    "update": _put,
    "upsert": _put,
    "delete": _delete,
    "hash": _hash,
    "extract": _extract,
    "convert": _convert,
}
