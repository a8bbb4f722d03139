"""What is wrong with a configuration, all of it at once.

    ConfigErrors            raised by `load`; holds
      ConfigError           one mistake, with its place, path, rule, value seen and nearest name

A warning has the same shape and is kept apart.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from spanloom.config.place import Place

Loc = tuple[str | int, ...]

# A file with more mistakes than this is the wrong file.
_ERRORS_MAX = 200


@dataclass(frozen=True, slots=True)
class ConfigError:
    """One mistake, or one warning.

    Attributes:
        place: where it stands; None when no source says it (nothing given at all).
        path: `processors.batch.timeout`, empty for the whole file.
        rule: what must hold, or what does not.
        seen: the value, printable; None where it must not be shown or says nothing.
        nearest: the valid name most like the one written.
    """

    place: Place | None
    path: str
    rule: str
    seen: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        where = " ".join(part for part in (str(self.place or ""), self.path) if part)
        seen = "" if self.seen is None else f", got {self.seen}"
        nearest = "" if self.nearest is None else f"; did you mean {self.nearest!r}?"
        return f"{where}{': ' if where else ''}{self.rule}{seen}{nearest}"

    def as_dict(self) -> dict[str, Any]:
        """For machines: file, line, column, path, rule, seen, nearest."""
        place = self.place
        return {
            "file": place.source if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "path": self.path,
            "rule": self.rule,
            "seen": self.seen,
            "nearest": self.nearest,
        }


class ConfigErrors(Exception):  # noqa: N818 - holds many errors
    """The configuration cannot be used; says everything that is wrong with it."""

    def __init__(self, errors: list[ConfigError], warnings: list[ConfigError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors
        self.warnings = warnings


@dataclass(slots=True)
class Problems:
    """Collects errors and warnings while a configuration is read and checked."""

    errors: list[ConfigError] = field(default_factory=list)
    warnings: list[ConfigError] = field(default_factory=list)

    def error(
        self,
        place: Place | None,
        loc: Loc,
        rule: str,
        *,
        seen: str | None = None,
        nearest: str | None = None,
    ) -> None:
        if len(self.errors) < _ERRORS_MAX:
            self.errors.append(ConfigError(place, path_text(loc), rule, seen, nearest))

    def warn(self, place: Place | None, loc: Loc, rule: str) -> None:
        if len(self.warnings) < _ERRORS_MAX:
            self.warnings.append(ConfigError(place, path_text(loc), rule))

    def raise_if_any(self) -> None:
        """Raises ConfigErrors when there is an error, sorted by place."""
        if self.errors:
            raise ConfigErrors(sorted(self.errors, key=_order), sorted(self.warnings, key=_order))


def path_text(loc: Loc) -> str:
    """`("processors", "cost", "prices", 2, "model")` as `processors.cost.prices[2].model`."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def nearest_name(name: str, valid: Iterable[str]) -> str | None:
    """The valid name most like this one, or None."""
    matches = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return matches[0] if matches else None


def _order(error: ConfigError) -> tuple[str, int, int]:
    place = error.place
    return (place.source, place.line, place.column) if place else ("", 0, 0)
