"""A column, converted: on distinct values where there are any, on whole arrays for numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.columns import ValueKind
from spanloom.processors.genai_normalizer.convert import Conversion, storable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column

    Bool = NDArray[np.bool_]

Ask = Callable[[Callable[[Any], Any], Any], Any]
"""Calls a function of one value; None where it fails."""
Piece = tuple[Any, "NDArray[Any] | None", "Bool"]
"""Values (distinct ones with codes, else one per row), codes or None, mask."""

# Kinds that hold no value.
_NONE = frozenset({ValueKind.ABSENT, ValueKind.EMPTY})
_ARRAYS: dict[ValueKind, Callable[[Column], Any]] = {
    ValueKind.BOOL: lambda column: column.bools(),
    ValueKind.INT: lambda column: column.ints(),
    ValueKind.DOUBLE: lambda column: column.floats(),
}


def pieces(column: Column, conversion: Conversion, where: Bool, ask: Ask) -> Iterator[Piece]:
    """One piece for each kind of value in a column, converted.

    Masks do not overlap, lie in `where`, and hold only values that could be converted.
    """
    kinds = column.kinds
    codes = set(kinds.tobytes()) - _NONE
    for code in codes:
        kind = ValueKind(code)
        part = where if len(codes) == 1 else where & (kinds == code)
        if kind is ValueKind.STRING:
            yield _strings(column, conversion, part, ask)
        elif kind in conversion.keeps and kind in _ARRAYS:
            yield _numbers(column, conversion, part, kind)
        else:
            convert = None if kind in conversion.keeps else conversion.convert
            yield _objects(column, convert, part, ask)


def distinct(
    values: Sequence[Any], codes: NDArray[np.int32], where: Bool
) -> tuple[list[Any], NDArray[Any], Bool]:
    """The same without None: where values[codes[i]] is None there is no value."""
    if None not in values:
        return list(values), codes, where
    numbers = np.array([-1 if value is None else i for i, value in enumerate(values)] + [-1])
    kept = numbers[codes].astype(np.int32)
    filled = ["" if value is None else value for value in values]
    return filled, kept, where & (kept >= 0)


def _strings(column: Column, conversion: Conversion, where: Bool, ask: Ask) -> Piece:
    if ValueKind.STRING in conversion.keeps:
        return column.values, column.codes, where
    texts, codes = column.values, column.codes
    converted: list[Any] = [None] * len(texts)
    for code in np.unique(codes[where]).tolist():
        converted[code] = ask(conversion.convert, texts[code])
    return distinct(converted, codes, where)


def _numbers(column: Column, conversion: Conversion, where: Bool, kind: ValueKind) -> Piece:
    values = _ARRAYS[kind](column)
    if kind is ValueKind.INT and conversion.minimum is not None:
        where = where & (values >= conversion.minimum)
    return values, None, where


def _objects(column: Column, convert: Callable[[Any], Any] | None, where: Bool, ask: Ask) -> Piece:
    """Numbers in text's place, and nested values."""
    codes, values = column.distinct()
    converted: list[Any] = [None] * len(values)
    for code in np.unique(codes[where]).tolist():
        value = ask(convert, values[code]) if convert else values[code]
        # Values may come deeper than they can be set.
        converted[code] = value if storable(value) else None
    return distinct(converted, codes, where)
