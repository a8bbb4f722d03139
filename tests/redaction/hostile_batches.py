"""Requests of every signal, with a text of one's choice wherever a text can stand."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from spanloom.testing.builders import key_values
from tests.native.otlp_wire import ID_BYTES, REQUESTS

Write = Callable[[], str]

_NESTING_MAX = 9
_CASES = ("string_value", "bytes_value", "int_value", "double_value", "array_value", "kvlist_value")
_TEXT = FieldDescriptor.TYPE_STRING
_OWN: list[dict[str, Any]] = [
    {"redaction.masked.count": 3},
    {"redaction.masked.count": 4111111111111111},
    {"redaction.rules": ["email", "bob@example.com"], "redaction.ruleset": "0a1b2c3d"},
    {"redaction.rules": ["email", "phone"], "redaction.masked.keys": "a,b"},
    {"redaction.masked.keys": "a,+1 415 555 2671", "redaction.redacted.count": 1},
    {"security.prompt_injection.score": 0.75, "security.prompt_injection.location": "k[1].user"},
    {"security.prompt_injection.rules": ["injection.override.authority"], "app.seen": True},
    {"app.seen": False, "redaction.ignored.count": 2, "redaction.redacted.keys": ""},
]
"""What redaction itself may have written before, and what only looks like it."""


def full(signal: str, write: Write) -> Message:
    """A request in which every field is set, each value kind too."""
    return _Filler(write).filled(REQUESTS[signal].DESCRIPTOR, 0)


def drawn(rng: random.Random, signal: str, write: Write) -> Message:
    """A request in which fields are set now and then."""
    return _Filler(write, rng).filled(REQUESTS[signal].DESCRIPTOR, 0)


def _without_all_but_one(descriptor: Descriptor) -> list[Sequence[str]]:
    """Of messages of which only one can be set, all but each."""
    names = [field.name for field in descriptor.fields if field.containing_oneof]
    kinds = [name for name in names if descriptor.fields_by_name[name].message_type]
    return [[name for name in kinds if name != kind] for kind in kinds] or [()]


class _Filler:
    def __init__(self, write: Write, rng: random.Random | None = None) -> None:
        self._write = write
        self._rng = rng

    def filled(self, descriptor: Descriptor, depth: int, without: Sequence[str] = ()) -> Any:
        message = descriptor._concrete_class()
        for field in descriptor.fields:
            if field.name in without:
                continue
            is_id = field.name in ID_BYTES
            if is_id or (depth < _NESTING_MAX and self._wants(field)):
                self._fill(message, field, depth)
        return message

    def _wants(self, field: FieldDescriptor) -> bool:
        is_on_the_way = field.is_repeated and field.message_type is not None
        return self._rng is None or is_on_the_way or self._rng.random() < 0.7

    def _fill(self, message: Any, field: FieldDescriptor, depth: int) -> None:
        if field.message_type is None:
            self._fill_scalar(message, field)
        elif field.message_type.name == "AnyValue":
            self._fill_values(message, field, depth)
        elif field.message_type.name == "KeyValue":
            self._fill_pairs(getattr(message, field.name), depth)
        elif field.is_repeated:
            for without in _without_all_but_one(field.message_type):
                child = self.filled(field.message_type, depth + 1, without)
                getattr(message, field.name).append(child)
        else:
            getattr(message, field.name).CopyFrom(self.filled(field.message_type, depth + 1))

    def _fill_scalar(self, message: Any, field: FieldDescriptor) -> None:
        if field.name in ID_BYTES:
            setattr(message, field.name, b"\x01" * ID_BYTES[field.name])
        elif field.type == _TEXT and field.is_repeated:
            getattr(message, field.name).append(self._write())
        elif field.type == _TEXT:
            setattr(message, field.name, self._write())

    def _fill_values(self, message: Any, field: FieldDescriptor, depth: int) -> None:
        if field.is_repeated:
            for case in _CASES:
                self._fill_value(getattr(message, field.name).add(), case, depth)
        else:
            case = self._rng.choice(_CASES) if self._rng else "string_value"
            self._fill_value(getattr(message, field.name), case, depth)

    def _fill_pairs(self, pairs: Any, depth: int) -> None:
        if self._rng and self._rng.random() < 0.2:
            pairs.extend(key_values(self._rng.choice(_OWN)))
        if self._rng and self._rng.random() < 0.3:
            role = self._rng.choice(["user", "assistant", "system"])
            pairs.extend(key_values({"m.0.content": self._write(), "m.0.role": role}))
        for case in _CASES:
            if self._rng is None or self._rng.random() < 0.5:
                pair = pairs.add(key=f"a.{case}" if case != "string_value" else self._write())
                self._fill_value(pair.value, case, depth)

    def _fill_value(self, value: Any, case: str, depth: int) -> None:
        text = self._write()
        match case:
            case "string_value":
                value.string_value = text
            case "bytes_value":
                value.bytes_value = text.encode()
            case "int_value" | "double_value":
                digits = "".join(c for c in text if c in "0123456789")[:15]
                setattr(value, case, int(digits or 0))
            case _ if depth >= _NESTING_MAX:
                value.string_value = text
            case "array_value":
                for _ in range(2):
                    self._fill_value(value.array_value.values.add(), "string_value", depth + 3)
            case _:
                value.kvlist_value.values.add(key="role").value.string_value = "user"
                self._fill_pairs(value.kvlist_value.values, depth + 3)
