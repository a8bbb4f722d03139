"""Entries of price files, and what they hold for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from fractions import Fraction
from functools import cached_property

from spanloom.processors.cost.prices import Entry

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, eq=False)
class Listed:
    """An entry of a file, with what it holds for.

    Attributes:
        entry: its prices; without any, it only grants `discount`.
        names: of the model, lower case, the main one first; may be globs.
        provider: as written, lower case; None: any.
        from_ns, until_ns: when it holds, half-open; None: no bound.
        when: the context it needs.
        discount: the share that is left to pay, where the entry has no prices; else 1.
        rank: of entries that hold, the one with the largest counts.
    """

    entry: Entry
    names: tuple[str, ...]
    provider: str | None = None
    from_ns: int | None = None
    until_ns: int | None = None
    when: tuple[tuple[str, str], ...] = ()
    discount: Fraction = Fraction(1)
    rank: tuple[int, ...] = ()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(translate(name) for name in self.names))

    @property
    def has_globs(self) -> bool:
        return any(_GLOB.search(name) for name in self.names)

    def matches(self, model: str) -> bool:
        """`model` in lower case."""
        return self._pattern.match(model) is not None

    def holds(self, at_ns: int) -> bool:
        after = self.from_ns is None or at_ns >= self.from_ns
        return after and (self.until_ns is None or at_ns < self.until_ns)

    def is_exact(self, model: str) -> bool:
        return model in self.names


@dataclass(frozen=True, slots=True)
class PriceList:
    """One file's entries.

    Attributes:
        list_id: its name and the hash of its bytes.
        entries: in file order.
    """

    list_id: str
    entries: tuple[Listed, ...]
