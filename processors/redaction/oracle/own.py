"""The attributes that redaction itself writes, and what they may hold."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

MASKED_COUNT = "redaction.masked.count"
RULES = "redaction.rules"
RULESET = "redaction.ruleset"
MASKED_KEYS = "redaction.masked.keys"
REDACTED_COUNT = "redaction.redacted.count"
REDACTED_KEYS = "redaction.redacted.keys"
IGNORED_COUNT = "redaction.ignored.count"
SCORE = "security.prompt_injection.score"
SIGNALS = "security.prompt_injection.rules"
LOCATION = "security.prompt_injection.location"

OwnValue = bool | int | float | str | list[str]

_COUNT_MAX = 9_999_999
_ELEMENTS_MAX = 4096
_FORMS: dict[str, type] = {
    MASKED_COUNT: int,
    REDACTED_COUNT: int,
    IGNORED_COUNT: int,
    SCORE: float,
    RULES: list,
    SIGNALS: list,
    RULESET: str,
    MASKED_KEYS: str,
    REDACTED_KEYS: str,
    LOCATION: str,
}
_DIGEST = re.compile(r"[0-9A-Fa-f]{8}")
_LOCATION = re.compile(r"(.*)\[[0-9]*\]", re.DOTALL)
_ROLES = (".system", ".user", ".assistant", ".tool")


def is_own(key: str, of_rules: Container[str]) -> bool:
    """Whether redaction writes this key; `of_rules`: those that rules ask for."""
    return key in _FORMS or key in of_rules


def read(pair: KeyValue) -> OwnValue | None:
    """What the pair holds if it is what redaction would have written there."""
    value = _value(pair.value)
    if type(value) is not _FORMS.get(pair.key, bool):
        return None
    if isinstance(value, float) and not 0.0 <= value <= 1.0:
        return None
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return None if is_count and not 0 <= value <= _COUNT_MAX else value  # type: ignore[operator]


def _value(value: AnyValue) -> OwnValue | None:
    match value.WhichOneof("value"):
        case "array_value":
            texts = value.array_value.values
            is_list = all(text.WhichOneof("value") == "string_value" for text in texts)
            return [text.string_value for text in texts] if is_list else None
        case "string_value" | "bool_value" | "int_value" | "double_value" as name:
            found: OwnValue = getattr(value, name)
            return found
    return None


def write(key: str, value: OwnValue) -> KeyValue:
    pair = KeyValue(key=key)
    match value:
        case bool():
            pair.value.bool_value = value
        case int():
            pair.value.int_value = value
        case float():
            pair.value.double_value = value
        case str():
            pair.value.string_value = value
        case list():
            pair.value.array_value.SetInParent()
            for text in value:
                pair.value.array_value.values.add(string_value=text)
    return pair


def foreign(key: str, value: Any, rule_ids: Container[str]) -> Sequence[str]:
    """The parts of a value that could hold something foreign; they must be clean."""
    if isinstance(value, list):
        return [text for text in value if text not in rule_ids]
    if not isinstance(value, str) or (key == RULESET and _DIGEST.fullmatch(value)):
        return []
    if key == LOCATION:
        return [_key_of(value)]
    return value.split(",")


def _key_of(location: str) -> str:
    """`gen_ai.input.messages` of `gen_ai.input.messages[2].user`."""
    role = next((role for role in _ROLES if location.endswith(role)), "")
    place = location.removesuffix(role)
    found = _LOCATION.fullmatch(place)
    return found[1] if found else place
