"""The configuration of `include` and `exclude`."""

from __future__ import annotations

import re
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from spanloom import component

_SPANS = ("services", "span_names", "span_kinds")
_LOGS = ("log_bodies", "log_severity_texts", "log_severity_number")
_METRICS = ("metric_names",)
_ANY = ("attributes", "resources", "libraries")


class AttributeMatch(component.Config):
    """An attribute that must be there, with a value if one is given."""

    key: str = Field(min_length=1)
    """The attribute's key."""

    value: Any = None
    """The value it must have, type included; with match_type regexp a pattern for it. None: any."""


class LibraryMatch(component.Config):
    """An instrumentation scope."""

    name: str
    """Its name; with match_type regexp a pattern for it."""

    version: str | None = None
    """Its version; with match_type regexp a pattern for it. None: any."""


class SeverityMatch(component.Config):
    """A range of severity numbers."""

    min: int = Field(ge=0, le=24)
    """The lowest severity number that matches, such as 9 for INFO or 17 for ERROR."""

    match_undefined: bool = False
    """Whether records without a severity match."""


class RegexpOptions(component.Config):
    """Accepted for the Collector's sake: patterns are asked once per distinct value anyway."""

    cacheenabled: bool = False
    """Without effect."""

    cachemaxnumentries: int = Field(default=0, ge=0)
    """Without effect."""


class MatchProperties(component.Config):
    """Properties that must all match; a list matches if one of its entries does.

    `attributes` must all match. A property that the signal does not have never matches.
    """

    match_type: Literal["strict", "regexp"]
    """strict compares whole values; regexp finds the pattern anywhere in the value."""

    regexp: RegexpOptions = RegexpOptions()
    """Options of regexp."""

    services: list[str] = Field(default_factory=list)
    """The resource's service.name (spans)."""

    span_names: list[str] = Field(default_factory=list)
    """Names of spans."""

    span_kinds: list[str] = Field(default_factory=list)
    """Kinds of spans: SPAN_KIND_CLIENT or client, and so on; with regexp, patterns for the long
    form."""

    log_bodies: list[str] = Field(default_factory=list)
    """Bodies of log records that are strings."""

    log_severity_texts: list[str] = Field(default_factory=list)
    """Severity texts of log records."""

    log_severity_number: SeverityMatch | None = None
    """Severity numbers of log records."""

    metric_names: list[str] = Field(default_factory=list)
    """Names of metrics."""

    attributes: list[AttributeMatch] = Field(default_factory=list)
    """Attributes of the item; all must match."""

    resources: list[AttributeMatch] = Field(default_factory=list)
    """Attributes of the resource; one must match."""

    libraries: list[LibraryMatch] = Field(default_factory=list)
    """Instrumentation scopes."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        signals = [group for group in (_SPANS, _LOGS, _METRICS) if self._set(group)]
        if not signals and not self._set(_ANY):
            raise ValueError(f"needs at least one of {', '.join(_ANY + _SPANS + _LOGS + _METRICS)}")
        if len(signals) > 1:
            names = " and ".join(self._set(group)[0] for group in signals)
            raise ValueError(f"{names} belong to different signals, so nothing could match")
        if self.match_type == "regexp":
            self._check_patterns()
        return self

    def _set(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in names if getattr(self, name)]

    def _check_patterns(self) -> None:
        for pattern in self._patterns():
            if not isinstance(pattern, str):
                raise ValueError(f"match_type regexp needs strings, got {pattern!r}")  # noqa: TRY004 - pydantic takes ValueError only
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None

    def _patterns(self) -> list[Any]:
        lists = (*_SPANS, "log_bodies", "log_severity_texts", *_METRICS)
        patterns = [pattern for name in lists for pattern in getattr(self, name)]
        patterns += [a.value for a in (*self.attributes, *self.resources) if a.value is not None]
        patterns += [library.name for library in self.libraries]
        return patterns + [x.version for x in self.libraries if x.version is not None]
