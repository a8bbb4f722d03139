"""Attribute values, ids and times as text. Control characters are escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

_KINDS = {
    "string_value": "Str",
    "bool_value": "Bool",
    "int_value": "Int",
    "double_value": "Double",
    "array_value": "Slice",
    "kvlist_value": "Map",
    "bytes_value": "Bytes",
}
_SECOND_NS = 1_000_000_000
_PAST_9999_NS = 253_402_300_800 * _SECOND_NS


def plain(value: Any) -> Any:
    """An AnyValue as a value that JSON can write."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    inner = getattr(value, kind)
    if kind == "array_value":
        return [plain(v) for v in inner.values]
    if kind == "kvlist_value":
        return {kv.key: plain(kv.value) for kv in inner.values}
    return inner.hex() if kind == "bytes_value" else inner


def value_text(value: Any) -> str:
    """Nested values as JSON, strings as they are but for control characters."""
    inner = plain(value)
    return escaped(inner) if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)


def escaped(text: str) -> str:
    """The text with what could steer a terminal made visible."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def pairs(attributes: Iterable[Any]) -> str:
    """Attributes as `key=value`, for one line."""
    return " ".join(f"{escaped(kv.key)}={value_text(kv.value)}" for kv in attributes)


def rows(attributes: Iterable[Any], indent: str = "     ") -> Iterator[str]:
    """Attributes as `-> key: Kind(value)`, a line each."""
    for kv in attributes:
        kind = _KINDS.get(kv.value.WhichOneof("value") or "", "Empty")
        yield f"{indent}-> {escaped(kv.key)}: {kind}({value_text(kv.value)})"


def time_text(unix_nano: int) -> str:
    """The moment in UTC with nanoseconds; the number itself beyond the year 9999."""
    if unix_nano >= _PAST_9999_NS:
        return str(unix_nano)
    moment = datetime.fromtimestamp(unix_nano // _SECOND_NS, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{unix_nano % _SECOND_NS:09d} +0000 UTC"
