"""Questions to columns, answered once per distinct string and spread over the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column

    Bool = NDArray[np.bool_]


class ValueKind(IntEnum):
    """What `Column.kinds` says."""

    ABSENT = 0
    STRING = 1
    BOOL = 2
    INT = 3
    DOUBLE = 4
    ARRAY = 5
    KVLIST = 6
    BYTES = 7
    EMPTY = 8


def spread(table: Sequence[Any] | NDArray[Any], codes: NDArray[np.int32], absent: Any) -> Any:
    """table[codes[i]] for each row, `absent` where the code is negative.

    Args:
        table: one entry per distinct value; may be empty when all codes are negative.
        codes: (n,) int32.
        absent: the value of rows without a code; also decides the type of the result.

    Returns:
        (n,) array of the type of `absent`.
    """
    padded = np.append(np.asarray(table, dtype=np.asarray(absent).dtype), absent)
    return padded[codes]  # -1 is the last entry, which is `absent`


def rows_of_kind(column: Column, kind: ValueKind) -> Bool:
    """(n,) True where the row has a value of this kind."""
    found: Bool = np.equal(column.kinds, kind)
    return found


def rows_where(column: Column, predicate: Callable[[str], bool]) -> Bool:
    """(n,) True where the row is a string for which `predicate` holds; asked once per string."""
    return codes_where(column.values, column.codes, predicate)


def codes_where(
    values: Sequence[str], codes: NDArray[np.int32], predicate: Callable[[str], bool]
) -> Bool:
    """(n,) True where predicate(values[codes[i]]) holds; False for negative codes."""
    found: Bool = spread([bool(predicate(v)) for v in values], codes, absent=False)
    return found


def rows_equal(column: Column, value: str | bool | float) -> Bool:  # noqa: FBT001 - a value
    """(n,) True where the row has this value and its type; an int never equals a double."""
    if isinstance(value, str):
        return rows_where(column, lambda text: text == value)
    if isinstance(value, bool):
        return _equal(column, ValueKind.BOOL, column.bools(), value)
    if isinstance(value, int):
        return _equal(column, ValueKind.INT, column.ints(), value)
    return _equal(column, ValueKind.DOUBLE, column.floats(), value)


def _equal(column: Column, kind: ValueKind, values: NDArray[Any], value: Any) -> Bool:
    found: Bool = np.equal(values, value)
    return rows_of_kind(column, kind) & found
