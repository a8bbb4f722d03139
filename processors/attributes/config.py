"""The configuration of the `attributes` processor, and the actions it shares with `resource`."""

from __future__ import annotations

import re
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from spanloom import component
from spanloom.processors.attributes.match_config import MatchProperties

Operation = Literal["insert", "update", "upsert", "delete", "hash", "extract", "convert"]

_TAKES_VALUE = frozenset({"insert", "update", "upsert"})
_TAKES_PATTERN = frozenset({"delete", "hash", "extract"})


class Action(component.Config):
    """One change of one attribute."""

    action: Operation
    """insert (only where the key is absent), update (only where it is present), upsert (both),
    delete, hash (SHA-256, hexadecimal), extract (named groups of `pattern` into attributes of
    those names) or convert."""

    key: str = ""
    """The attribute to act on. Required, but for delete and hash with a `pattern`."""

    value: Any = None
    """The value to set: a string, bool, int, float, list or map."""

    from_attribute: str = ""
    """The attribute whose value to set; where it is absent nothing happens, or `default_value`
    is set."""

    from_context: str = ""
    """Refused: client metadata does not travel with batches."""

    default_value: Any = None
    """Set where `value` is null or `from_attribute` is absent."""

    pattern: str = ""
    """A regular expression: for extract on the value of `key`, for delete and hash on the names
    of attributes. It may match anywhere; anchor it with ^ and $."""

    converted_type: Literal["int", "double", "string", ""] = ""
    """What convert makes of the value; values that cannot be converted stay as they are."""

    @field_validator("action", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return value

    @model_validator(mode="after")
    def _fields_fit_the_action(self) -> Self:
        for broken, rule in self._rules():
            if broken:
                raise ValueError(rule)
        return self

    def _rules(self) -> list[tuple[bool, str]]:
        name = self.action
        n_sources = sum([self.value is not None, bool(self.from_attribute)])
        has_source = n_sources > 0 or self.default_value is not None
        key_optional = name in ("delete", "hash") and bool(self.pattern)
        return [
            (
                bool(self.from_context),
                "from_context is not supported: client metadata does not travel with batches",
            ),
            (not self.key and not key_optional, f"{name} needs a key"),
            (n_sources > 1, "value and from_attribute exclude each other"),
            (
                name in _TAKES_VALUE and not has_source,
                f"{name} needs one of value, from_attribute, default_value",
            ),
            (name not in _TAKES_VALUE and has_source, f"{name} takes no value"),
            (bool(self.pattern) and name not in _TAKES_PATTERN, f"{name} takes no pattern"),
            (
                name == "extract" and not _all_groups_named(self.pattern),
                "extract needs a pattern whose groups are all named: (?P<name>...)",
            ),
            (
                (name == "convert") != bool(self.converted_type),
                "converted_type is required for convert, and only for it",
            ),
        ]


class Config(component.Config):
    """Actions, in order, on the items that `include` lets in and `exclude` does not take out."""

    actions: list[Action] = Field(min_length=1)
    """The actions; each sees what the ones before it did."""

    include: MatchProperties | None = None
    """Only items that match are changed."""

    exclude: MatchProperties | None = None
    """Items that match are not changed; looked at after `include`."""


def _all_groups_named(pattern: str) -> bool:
    compiled = re.compile(pattern)
    return 0 < compiled.groups == len(compiled.groupindex)
