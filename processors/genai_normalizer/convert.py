"""Conversions of single values: what a dialect writes -> what the conventions want.

A conversion is asked once per distinct string, and not at all for kinds of values that are
right already. It returns None for what it cannot convert, and never raises.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from spanloom.columns import ValueKind

_INT64_MAX = (1 << 63) - 1
_SCALARS = frozenset({ValueKind.STRING, ValueKind.BOOL, ValueKind.INT, ValueKind.DOUBLE})
_NESTED = frozenset({ValueKind.ARRAY, ValueKind.KVLIST, ValueKind.BYTES})
# Made once: making one costs as much as a short text does.
_DECODER = json.JSONDecoder(parse_constant=str)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str, allow_nan=False)
# As the batch takes it: levels of lists and objects in a value.
_LEVELS_MAX = 32


@dataclass(frozen=True, slots=True)
class Conversion:
    """How values become right.

    Attributes:
        convert: value -> the right one, or None.
        keeps: kinds that are right as they are; `convert` is not asked for them.
        minimum: of the ints that are kept.
        partial: None is an answer, not a failure.
    """

    convert: Callable[[Any], Any]
    keeps: frozenset[ValueKind] = frozenset()
    minimum: int | None = None
    partial: bool = False


def parse_json(text: str) -> Any:
    """The value of a JSON text; NaN and Infinity become text. None where it is no JSON."""
    try:
        value = _DECODER.decode(text)
        if "\\ud" in text or "\\uD" in text:
            # A lone surrogate is JSON but no UTF-8.
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value


def nested(value: Any) -> Any:
    """Lists and dicts as they are, JSON text of one parsed; None for anything else."""
    if isinstance(value, str):
        value = parse_json(value) if value.lstrip()[:1] in ("{", "[", '"') else None
        if isinstance(value, str):  # JSON in JSON
            value = parse_json(value)
    return value if isinstance(value, list | dict) else None


def storable(value: Any, n_levels: int = _LEVELS_MAX) -> bool:
    """Whether a value of JSON fits into an attribute: its integers, and how deep it is."""
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return n_levels > 0 and all(storable(entry, n_levels - 1) for entry in inner)
    return not isinstance(value, int) or -_INT64_MAX <= value <= _INT64_MAX


def to_json(value: Any) -> str | None:
    """Compact JSON text; strings are taken for JSON already. None where there is no JSON."""
    if isinstance(value, str):
        return value
    try:
        return _encoded(value)
    except (ValueError, RecursionError, TypeError):
        return None


def _encoded(value: Any) -> str:
    try:
        return _ENCODER.encode(value)
    except ValueError:  # 1e999 is JSON, and infinite
        return _ENCODER.encode(_finite(value))


def _finite(value: Any) -> Any:
    """With text for numbers that JSON does not have, as `parse_json` reads them."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def to_int(value: Any) -> int | None:
    """12, 12.0, "12", "12.0" -> 12; what does not fit 64 bits, NaN and others None."""
    number = to_float(value)
    if number is None or not number.is_integer():
        return None
    exact = value if isinstance(value, int) else _exact_int(value, number)
    return exact if abs(exact) <= _INT64_MAX else None


def _exact_int(value: Any, number: float) -> int:
    # Beyond 2**53 a float is not exact, text is.
    text = str(value).strip()
    return int(text) if text.lstrip("+-").isdecimal() else int(number)


def to_float(value: Any) -> float | None:
    """A finite number from a number or its text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def to_tokens(value: Any) -> int | None:
    """A count of tokens: an integer that is not negative."""
    number = to_int(value)
    return number if number is not None and number >= 0 else None


def to_bool(value: Any) -> bool | None:
    """Bools, 0 and 1, and "true" and "false" in any case."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return bool(value) if value in (0, 1) else None


def to_text(value: Any) -> str | None:
    """Text that is not empty; JSON-quoted text without its quotes; numbers as text."""
    if isinstance(value, str):
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = parse_json(value)
        return value if isinstance(value, str) and value and value != "None" else None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def to_strings(value: Any) -> list[str] | None:
    """A list of strings: of a list, of JSON of one, or of one string alone."""
    if isinstance(value, str):
        parsed = parse_json(value) if value.startswith(("[", '"')) else None
        value = [value] if parsed is None else parsed
    entries = value if isinstance(value, list) else [value]
    texts = [text for entry in entries if (text := to_text(entry)) is not None]
    return texts or None


def scaled(factor: float) -> Conversion:
    """Numbers times `factor`, as doubles."""

    def convert(value: Any) -> float | None:
        number = to_float(value)
        return None if number is None or number < 0 else number * factor

    return Conversion(convert)


def one_of(table: Mapping[str, Any]) -> Conversion:
    """The table's value for a string, in any case of letters; others are not converted."""
    lower = {key.lower(): value for key, value in table.items()}

    def convert(value: Any) -> Any:
        return lower.get(value.lower()) if isinstance(value, str) else None

    return Conversion(convert, partial=True)


def always(result: Any) -> Conversion:
    """The same result for whatever value: that the key is there says it."""
    return Conversion(lambda _value: result)


def json_fields(
    table: Mapping[str, tuple[str, Conversion]],
) -> Callable[[Any], dict[str, Any] | None]:
    """A reader for `Explode`: field of a JSON object -> (current name, conversion).

    `a.b` is field b of the object in field a. Fields that are missing or null are left out;
    of several fields with one current name the first in the table that has a value wins.
    """
    paths = [(path.split("."), name, conversion) for path, (name, conversion) in table.items()]

    def read(value: Any) -> dict[str, Any] | None:
        fields = nested(value)
        if not isinstance(fields, dict):
            return None
        found: dict[str, Any] = {}
        for path, name, conversion in paths:
            converted = (
                conversion.convert(field) if (field := _at(fields, path)) is not None else None
            )
            if converted is not None:
                found.setdefault(name, converted)
        return found

    return read


def _at(fields: Any, path: list[str]) -> Any:
    for name in path:
        if not isinstance(fields, dict):
            return None
        fields = fields.get(name)
    return fields


def server_of_url(value: Any) -> dict[str, Any] | None:
    """`server.address` and `server.port` of a base URL; None for what has no host."""
    if not isinstance(value, str) or "://" not in value:
        return None
    try:
        url = urlsplit(value.strip())
        host, port = url.hostname, url.port
    except ValueError:
        return None
    if not host:
        return None
    port = port or {"https": 443, "http": 80}.get(url.scheme)
    return {"server.address": host} | ({"server.port": port} if port else {})


AS_IS = Conversion(lambda value: value, _SCALARS | _NESTED)
TEXT = Conversion(to_text)
TOKENS = Conversion(to_tokens, frozenset({ValueKind.INT}), minimum=0)
INTEGER = Conversion(to_int, frozenset({ValueKind.INT}))
NUMBER = Conversion(to_float, frozenset({ValueKind.DOUBLE}))
BOOLEAN = Conversion(to_bool, frozenset({ValueKind.BOOL}))
STRINGS = Conversion(to_strings, frozenset({ValueKind.ARRAY}))
JSON_TEXT = Conversion(to_json, frozenset({ValueKind.STRING}))
SECONDS = scaled(1.0)
MILLISECONDS = scaled(0.001)
