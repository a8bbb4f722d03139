"""All literals of all rules, found at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ahocorasick

_SPACES = re.compile(rb"[ \t-\r]+")
_UNIT = re.compile(rb"[ \t-\r]+|[^ \t-\r]")


@dataclass(frozen=True, order=True, slots=True)
class Hit:
    """One occurrence of a literal.

    White space at the very start or end of a literal covers one byte, the last or first of
    a run.
    """

    start: int
    end: int
    literal: bytes


def plain(literal: bytes) -> bytes:
    """The literal as it is compared: ASCII in lower case, white space as one space."""
    return _SPACES.sub(b" ", literal).lower()


class Literals:
    """Finds each of them in any ASCII case, whatever the length of the white space in it."""

    def __init__(self, literals: Iterable[bytes]) -> None:
        self._automaton = ahocorasick.Automaton()
        for literal in {plain(literal) for literal in literals} - {b"", b" "}:
            self._automaton.add_word(literal.decode("latin-1"), literal)
        self._automaton.make_automaton()

    def __len__(self) -> int:
        return len(self._automaton)

    def find(self, text: bytes) -> Iterator[Hit]:
        """Every occurrence, overlapping ones too."""
        if not len(self):
            return
        units = [match.span() for match in _UNIT.finditer(text)]
        for last, literal in self._automaton.iter(plain(text).decode("latin-1")):
            first = last + 1 - len(literal)
            yield Hit(units[first][1] - 1, units[last][0] + 1, literal)
