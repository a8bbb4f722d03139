"""A digit cluster taken apart into groups, and the stretches of groups that may be a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from spanloom.processors.redaction.oracle.mapped import Span

_GROUPS_MAX = 9
_DIGITS_MAX = 18
_FIELD_DIGITS_MIN = 9
_DIGITS = re.compile(rb"[0-9]+")

Separator = str
"""What stands between two groups, brackets left out: one of ` -./`, or nothing."""
_JOINED: dict[tuple[Separator, Separator], Separator] = {
    (" ", "-"): "-",
    (" ", "/"): "/",
    ("-", " "): "-",
    ("/", " "): "/",
    **{("", separator): separator for separator in " -./"},
}
"""A dash or slash with a space beside it is still one; a dot with a space ends a sentence."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands before a first group."""

    start: int
    plus: bool = False
    bracket: int | None = None
    """Where one opens."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Consecutive groups of a cluster with what is written around them."""

    first: int
    last: int
    start: int
    """In the text; a sign or bracket before the first group is inside."""
    end: int
    digits: str
    sizes: list[int]
    separators: list[Separator]
    plus: bool
    bracketed: tuple[int, int] | None
    """The groups in brackets, counted from the first."""
    crowded: bool = False
    """Another group follows or precedes, separated like the groups inside."""
    listed: bool = False
    """A digit follows or precedes, separated by a comma."""

    @property
    def groups(self) -> list[str]:
        ends = [sum(self.sizes[: index + 1]) for index in range(len(self.sizes))]
        return [self.digits[end - size : end] for end, size in zip(ends, self.sizes, strict=True)]

    @property
    def is_field(self) -> bool:
        """Whether a comma beside it ends a field: fractions and thousands look otherwise."""
        return len(self.digits) >= _FIELD_DIGITS_MIN and set(self.separators) <= {"-"}


class Cluster:
    def __init__(self, text: bytes, start: int, end: int) -> None:
        self.text = text
        self.groups = [match.span() for match in _DIGITS.finditer(text, start, end)]

    def leads(self, first: int) -> list[Lead]:
        """The signs before a group, `+`, `(`, `(+` or `+(`; and the same without the bracket.

        The bracket may be around the whole number or more.
        """
        lead = self._lead(self.groups[first][0])
        if lead.bracket is None or lead.bracket != lead.start:
            return [lead]
        return [lead, replace(lead, start=lead.bracket + 1, bracket=None)]

    def _lead(self, start: int) -> Lead:
        lead = Lead(start)
        for _ in range(2):
            sign = self.text[max(lead.start - 1, 0) : lead.start]
            if sign == b"(" and lead.bracket is None:
                lead = replace(lead, start=lead.start - 1, bracket=lead.start - 1)
            elif sign == b"+" and not lead.plus:
                lead = replace(lead, start=lead.start - 1, plus=True)
            else:
                break
        return lead

    def candidates(self, first: int, lead: Lead) -> Iterator[Candidate]:
        """All that begin at a group, the shortest first."""
        for last in range(first, min(len(self.groups), first + _GROUPS_MAX)):
            groups = self.groups[first : last + 1]
            digits = b"".join(self.text[start:end] for start, end in groups).decode()
            gaps = self._gaps(groups, is_open=lead.bracket is not None)
            if gaps is None or len(digits) > _DIGITS_MAX:
                return
            if not gaps.is_open:
                yield Candidate(
                    first=first,
                    last=last,
                    start=lead.start,
                    end=groups[-1][1],
                    digits=digits,
                    sizes=[end - start for start, end in groups],
                    separators=gaps.separators,
                    plus=lead.plus,
                    bracketed=gaps.bracketed,
                )

    def _gaps(self, groups: Sequence[Span], *, is_open: bool) -> Gaps | None:
        """None where something stands between the groups that stands in no number."""
        gaps = Gaps([], None, is_open)
        for index, ((_, before), (after, _)) in enumerate(pairwise(groups)):
            separator = gaps.read(self.text[before:after].decode(), index)
            if separator is None:
                return None
            gaps.separators.append(separator)
        return gaps


@dataclass(slots=True)
class Gaps:
    """What stands between groups."""

    separators: list[Separator]
    bracketed: tuple[int, int] | None
    is_open: bool
    opened: int = 0

    def read(self, gap: str, index: int) -> Separator | None:
        """What stands between the groups `index` and the next; None if it fits no number."""
        separator: Separator | None = ""
        for character in gap:
            if character == ")" and self.is_open:
                self.is_open = False
                self.bracketed = (self.opened, index)
            elif character == "(" and not self.is_open and self.bracketed is None:
                self.is_open = True
                self.opened = index + 1
            else:
                separator = _JOINED.get((separator or "", character))
                if separator is None:
                    return None
        return separator
