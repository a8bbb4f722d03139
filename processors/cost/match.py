"""Which model a name means: clauses of the shipped list, indexed so that a look-up is short."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

Clause = Sequence[Any]
"""`["=", text]`, `["^", start]`, `["$", end]`, `["*", part]`, `["~", regex]`, `["|", ...]`,
`["&", ...]`; texts are lower case, and so must be what is asked."""

Predicate = Callable[[str], bool]

_COMPACT_DATE = re.compile(r"-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")


def predicate(clause: Clause) -> Predicate:
    """A function that tells whether a text matches."""
    mark, *rest = clause
    if mark in {"|", "&"}:
        parts = [predicate(part) for part in rest]
        combine = any if mark == "|" else all
        return lambda text: combine(part(text) for part in parts)
    value = rest[0]
    if mark == "~":
        search = re.compile(value).search
        return lambda text: search(text) is not None
    simple: dict[str, Predicate] = {
        "=": lambda text: text == value,
        "^": lambda text: text.startswith(value),
        "$": lambda text: text.endswith(value),
        "*": lambda text: value in text,
    }
    return simple[mark]


class FirstMatch:
    """The position of the first clause that matches, of many."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self._equal: dict[str, int] = {}
        self._others: list[tuple[int, Predicate]] = []
        for position, clause in enumerate(clauses):
            for part in clause[1:] if clause[0] == "|" else [clause]:
                if part[0] == "=":
                    self._equal.setdefault(part[1], position)
                else:
                    self._others.append((position, predicate(part)))

    def find(self, text: str) -> int | None:
        """`text` in lower case; None when nothing matches."""
        first = self._equal.get(text)
        for position, matches in self._others:
            if first is not None and position >= first:
                break
            if matches(text):
                return position
        return first


def with_dashed_date(name: str) -> str:
    """`-20251211` in the name as `-2025-12-11`: some senders write dates of models so."""
    return _COMPACT_DATE.sub(_dashed, name)


def _dashed(match: re.Match[str]) -> str:
    year, month, day = (int(match[group]) for group in (1, 2, 3))
    try:
        return f"-{date(year, month, day).isoformat()}"
    except ValueError:
        return match[0]
