"""How names are told to be of a dialect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

_INDEX = re.compile(r"(\d{1,6})(?:\.|$)")


def matching(name: str, globs_of: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Where one of the globs matches the name."""
    numbered = enumerate(globs_of)
    return tuple(n for n, globs in numbered if any(fnmatchcase(name, glob) for glob in globs))


def is_among(key: str, patterns: Sequence[str]) -> bool:
    """Whether the key is one of the patterns, or begins as one that ends in `*` does."""
    return any(
        key.startswith(pattern[:-1]) if pattern.endswith("*") else key == pattern
        for pattern in patterns
    )


def is_indexed(key: str, prefix: str) -> bool:
    """Whether a number follows the prefix."""
    return key.startswith(prefix) and _INDEX.match(key, len(prefix)) is not None
