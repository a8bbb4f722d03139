"""What a rule does with what it finds, as it is written in YAML: `token`,
`{partial: {keep_last: 4}}` or `{hash: sha1}`, for example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

PLAIN = ("flag", "token", "hmac", "drop_match", "drop_attribute", "drop_item")
HASHES = ("md5", "sha1", "sha3", "hmac-sha256", "hmac-sha512")
_KEEPS = ("keep_first", "keep_last")
_KEEP_MAX = 8
_FORMS = ", ".join([*PLAIN, "{partial: {keep_first: N, keep_last: N}}", "{hash: FUNCTION}"])


@dataclass(frozen=True, slots=True)
class Action:
    """One action; `keep_first` and `keep_last` are of `partial`, `function` is of `hash`."""

    kind: str
    keep_first: int = 0
    keep_last: int = 0
    function: str = ""

    @property
    def needs_key(self) -> bool:
        return self.kind == "hmac" or self.function.startswith("hmac-")

    def document(self) -> dict[str, Any]:
        """As the engine reads it."""
        if self.kind == "partial":
            keeps = {"keep_first": self.keep_first, "keep_last": self.keep_last}
            return {"kind": self.kind, **keeps}
        if self.kind == "hash":
            return {"kind": self.kind, "function": self.function}
        return {"kind": self.kind}

    def written(self) -> str | dict[str, Any]:
        """As it is written in YAML."""
        if self.kind == "partial":
            keeps = {"keep_first": self.keep_first, "keep_last": self.keep_last}
            return {"partial": {name: n for name, n in keeps.items() if n}}
        return {"hash": self.function} if self.kind == "hash" else self.kind

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _read,
            serialization=core_schema.plain_serializer_function_ser_schema(cls.written),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        keep = {"type": "integer", "minimum": 0, "maximum": _KEEP_MAX}
        partial = _object(dict.fromkeys(_KEEPS, keep))
        blocks = [_object({"partial": partial}), _object({"hash": {"enum": list(HASHES)}})]
        return {"anyOf": [{"enum": list(PLAIN)}, *blocks], "title": "Action"}


def _object(properties: dict[str, Any]) -> JsonSchemaValue:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _read(value: object) -> Action:
    if isinstance(value, Action):
        return value
    if isinstance(value, str) and value in PLAIN:
        return Action(value)
    if isinstance(value, dict) and len(value) == 1:
        name, given = next(iter(value.items()))
        if name in _READERS:
            return _READERS[name](given)
    raise PydanticCustomError("action", "must be one of {forms}", {"forms": _FORMS, "valid": PLAIN})


def _read_partial(given: object) -> Action:
    if isinstance(given, Mapping) and given.keys() <= set(_KEEPS):
        keeps = [given.get(name, 0) for name in _KEEPS]
        whole = all(type(n) is int and 0 <= n <= _KEEP_MAX for n in keeps)
        if whole and any(keeps):
            return Action("partial", *keeps)
    rule = "partial must give keep_first, keep_last or both, each at most {most}"
    raise PydanticCustomError("action", rule, {"most": _KEEP_MAX})


def _read_hash(given: object) -> Action:
    if given in HASHES:
        return Action("hash", function=str(given))
    rule = "hash must be one of {functions}"
    raise PydanticCustomError("action", rule, {"functions": ", ".join(HASHES)})


_READERS: dict[str, Callable[[object], Action]] = {"partial": _read_partial, "hash": _read_hash}
