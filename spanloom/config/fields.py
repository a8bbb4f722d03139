"""The field types of component configs: durations, sizes, secrets, addresses, blocks.

They work under pydantic's strict mode: a YAML value has the right form or is an error.

    class Config(component.Config):
        timeout: Duration = Duration("5s")
        max_body_size: ByteSize = 16 << 20
        endpoint: Endpoint = "localhost:4317"
        headers: HeaderMap = Field(default_factory=dict)
        sending_queue: Queue = Queue()        # a Block that is on unless turned off
        keepalive: Keepalive = Keepalive.off()  # a Block that is off unless written
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError, core_schema

from spanloom.component import Config
from spanloom.config.addresses import host_port, http_url, target
from spanloom.config.duration import (
    DURATION_PATTERN,
    format_duration,
    parse_duration,
)

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

REDACTED = "[REDACTED]"
SECRET_ERROR = "secret"  # noqa: S105 - an error type, not a secret

_SIZE = re.compile(r"(\d+) ?([KMGT]i?B|B)?")
_SIZE_UNITS = {"B": 1} | {
    f"{letter}{infix}B": base**power
    for power, letter in enumerate("KMGT", 1)
    for infix, base in (("", 1000), ("i", 1024))
}
_HEADER_NAME = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~-]+")


class Duration(float):
    """Seconds; written as a Go duration string: `200ms`, `1m30s`, `0`.

    `Duration("200ms") == 0.2`. A bare number other than 0 is refused: its unit is a guess.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Raises ValueError when the text is no duration."""
        return super().__new__(cls, parse_duration(text))

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        """For copies: defaults of nested blocks are copied."""
        return (str(self),)

    def __str__(self) -> str:
        return format_duration(self)

    def __repr__(self) -> str:
        return f"Duration({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "anyOf": [{"type": "string", "pattern": DURATION_PATTERN}, {"const": 0}],
            "title": "Duration",
        }

    @classmethod
    def _validate(cls, value: object) -> Duration:
        if isinstance(value, Duration):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            value = "0" if value == 0 else value
        if not isinstance(value, str):
            raise PydanticCustomError("duration", "must be a duration such as '200ms' or '1m30s'")
        try:
            return cls(value)
        except ValueError as error:
            raise PydanticCustomError("duration", "{reason}", {"reason": str(error)}) from None


class Secret:
    """A string that is never shown: prints as `[REDACTED]`; `reveal()` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself. Never log it."""
        return self._value

    def __str__(self) -> str:
        return REDACTED

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": "password", "title": "Secret"}

    @classmethod
    def _validate(cls, value: object) -> Secret:
        if isinstance(value, Secret):
            return value
        if isinstance(value, str):
            return cls(value)
        raise PydanticCustomError(SECRET_ERROR, "must be a string (a secret; not shown)")


class Block(Config):
    """Base of optional blocks: written `{}` or empty means on with its defaults.

    The default of the field says what absence means: `Queue()` is on, `Queue.off()` is off.
    `enabled: false` turns any block off. The component asks `config.queue.enabled`.
    """

    enabled: bool = True
    """Whether the block is in force."""

    @classmethod
    def off(cls) -> Self:
        """The block turned off; its required fields, if any, are not set."""
        # pydantic's mypy plugin takes the result for a Block.
        return cast("Self", cls.model_construct(enabled=False))

    @model_validator(mode="before")
    @classmethod
    def _empty_means_defaults(cls, value: Any) -> Any:
        return {} if value is None else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        reference = handler(schema)
        handler.resolve_ref_schema(reference)["type"] = ["object", "null"]
        return reference


def _size(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        raise PydanticCustomError("byte_size", "must be bytes or a size such as '16MiB'")
    return int(match[1]) * _SIZE_UNITS[match[2] or "B"]


def _header_pairs(value: object) -> object:
    """The Collector also writes headers as a list of {name, value}."""
    if not isinstance(value, list):
        return value
    pairs = [(p.get("name"), p.get("value")) for p in value if isinstance(p, dict)]
    if len(pairs) != len(value) or len({str(name).lower() for name, _ in pairs}) != len(pairs):
        raise PydanticCustomError("headers", "must be a map, or a list of distinct {{name, value}}")
    return dict(pairs)


def _header_names(value: dict[str, Secret]) -> dict[str, Secret]:
    for name in value:
        if not _HEADER_NAME.fullmatch(name):
            raise PydanticCustomError("headers", "a header's name has a character not allowed")
    return value


ByteSize = Annotated[
    int,
    BeforeValidator(_size),
    Field(ge=0),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": rf"^{_SIZE.pattern}$"},
            ],
            "title": "ByteSize",
        }
    ),
]
"""Bytes, as an int; in YAML an int or a string such as `16MiB`."""

Endpoint = Annotated[str, AfterValidator(host_port)]
"""Where to listen: `host:port` (port 0: any free one), `[v6]:port` or `unix:/path`."""

Url = Annotated[str, AfterValidator(http_url)]
"""An http or https URL."""

Target = Annotated[str, AfterValidator(target)]
"""Where to send: `host:port`, `unix:/path`, or an http or https URL."""

HeaderMap = Annotated[
    dict[str, Secret],
    BeforeValidator(_header_pairs),
    AfterValidator(_header_names),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "additionalProperties": {"type": "string"}},
                {"type": "array", "items": {"type": "object", "required": ["name", "value"]}},
            ],
            "title": "Headers",
        }
    ),
]
"""Headers to send, values secret; also a list of {name, value}. Names keep their case."""
