"""What `convert` makes of a column; values that cannot be converted are not among the results."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.columns import ValueKind, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
# The first double that is too large for an int64.
_INT_LIMIT = 2.0**63
_INT = re.compile(r"[+-]?[0-9]{1,19}")
_FLOAT = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(inf|nan)", re.IGNORECASE
)
# Where encoding/json, which the Collector follows, begins to write exponents.
_PLAIN_MAX = 1e21


@dataclass(frozen=True, slots=True)
class Converted:
    """New values for the rows in `where`: values[codes[i]], or values[i] without codes."""

    where: NDArray[np.bool_]
    values: Any
    codes: NDArray[np.int32] | None = None


def _to_int(column: Column) -> Iterator[Converted]:
    yield from _parsed(column, _parse_int, np.int64(0))
    yield Converted(column.kinds == ValueKind.BOOL, column.ints())
    doubles = column.floats()
    fits = (column.kinds == ValueKind.DOUBLE) & (doubles >= -_INT_LIMIT) & (doubles < _INT_LIMIT)
    yield Converted(fits, np.where(fits, doubles, 0).astype(np.int64))


def _to_double(column: Column) -> Iterator[Converted]:
    yield from _parsed(column, _parse_float, np.float64(0))
    yield Converted(column.kinds == ValueKind.INT, column.floats())
    yield Converted(column.kinds == ValueKind.BOOL, column.ints().astype(np.float64))


def _to_string(column: Column) -> Iterator[Converted]:
    yield Converted(column.kinds == ValueKind.BOOL, ["false", "true"], column.ints().astype("i4"))
    yield _texts(column.kinds == ValueKind.INT, column.ints())
    yield _texts(column.kinds == ValueKind.DOUBLE, column.floats())
    nested = column.kinds >= ValueKind.ARRAY
    if nested.any():
        texts = [text_of(v) if n else None for v, n in zip(column.objects(), nested, strict=True)]
        yield Converted(nested, texts)


def _parsed(column: Column, parse: Callable[[str], Any], absent: Any) -> Iterator[Converted]:
    """The strings that `parse` can read."""
    parsed = [parse(text) for text in column.values]
    readable = spread([value is not None for value in parsed], column.codes, absent=False)
    yield Converted(readable, spread([v or 0 for v in parsed], column.codes, absent))


def _texts(where: NDArray[np.bool_], numbers: NDArray[Any]) -> Converted:
    distinct, codes = np.unique(numbers[where], return_inverse=True)
    all_codes = np.full(len(where), -1, np.int32)
    all_codes[where] = codes
    return Converted(where, [text_of(number) for number in distinct.tolist()], all_codes)


def _parse_int(text: str) -> int | None:
    if not _INT.fullmatch(text):
        return None
    value = int(text)
    return value if _INT_MIN <= value <= _INT_MAX else None


def _parse_float(text: str) -> float | None:
    return float(text) if _FLOAT.fullmatch(text) else None


def text_of(value: Any) -> str:
    """A value as the Collector writes it: JSON for nested ones, base64 for bytes."""
    match value:
        case None:
            return ""
        case bytes():
            return base64.b64encode(value).decode()
        case float() if math.isfinite(value) and value.is_integer() and abs(value) < _PLAIN_MAX:
            return str(int(value))
        case list() | dict():
            compact = (",", ":")
            return json.dumps(value, ensure_ascii=False, separators=compact, default=text_of)
        case _:
            return str(value)


CONVERSIONS: dict[str, Callable[[Column], Iterator[Converted]]] = {
    "int": _to_int,
    "double": _to_double,
    "string": _to_string,
}
