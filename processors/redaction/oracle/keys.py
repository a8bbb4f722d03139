"""What happens to attributes by their key alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from spanloom.processors.redaction.oracle.document import Keys

Fate = Literal["scan", "ignore", "mask", "drop", "allow_only"]
STRENGTH: tuple[Fate, ...] = ("drop", "ignore", "mask", "allow_only", "scan")


class KeyPlan:
    """Raises ValueError (re.error) when a pattern cannot be used."""

    def __init__(self, keys: Keys) -> None:
        self._drop = _Patterns(keys.drop)
        self._mask = _Patterns(keys.mask)
        self._ignore = _Patterns(keys.ignore)
        self._allow_only = None if keys.allow_only is None else _Patterns(keys.allow_only)

    def fate(self, key: str) -> Fate:
        """Of an attribute; `allow_only`: it goes because it is not among the keys allowed."""
        fate = self.nested_fate(key)
        is_allowed = self._allow_only is None or self._allow_only.fit(key)
        return fate if fate != "scan" or is_allowed else "allow_only"

    def nested_fate(self, key: str) -> Fate:
        """Of a key inside a map: it is allowed with the attribute it belongs to."""
        if self._drop.fit(key):
            return "drop"
        if self._ignore.fit(key):
            return "ignore"
        return "mask" if self._mask.fit(key) else "scan"


def stronger(one: Fate, other: Fate) -> Fate:
    """Of what two names of the same value ask for."""
    return min(one, other, key=STRENGTH.index)


class _Patterns:
    """Exact keys, globs, and regular expressions between slashes."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = [_pattern(pattern) for pattern in patterns]

    def fit(self, key: str) -> bool:
        return any(pattern.search(key) for pattern in self._patterns)


def _pattern(pattern: str) -> re.Pattern[str]:
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        return re.compile(pattern[1:-1])
    pieces = (re.escape(piece) for piece in pattern.split("*"))
    return re.compile(rf"\A{'.*'.join(pieces)}\Z", re.DOTALL)
