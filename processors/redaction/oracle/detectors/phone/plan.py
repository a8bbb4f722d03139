"""The numbering plan: which national numbers exist, and how they are grouped.

`plan.txt` is the table of the native engine, made from libphonenumber's metadata.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

_CODE_LEN_MAX = 3

_HOME_REGIONS = """
    US CA GB DE FR ES IT NL BR MX IN CN JP KR AU NZ CH AT BE IE PT SE
    NO DK FI PL CZ SK HU RO BG GR RU UA TR IL AE SA EG ZA NG KE GH AR
    CL CO PE TW HK SG MY TH VN ID PH PK BD LK IR HR SI RS LU NP
"""
"""Regions whose national numbers are known without `+`."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


@dataclass(frozen=True, slots=True)
class Format:
    """One way to group a national number."""

    groups: Sequence[tuple[int, int]]
    """Least and most digits of each group."""
    is_prefixed: bool
    """A national prefix is written before the number."""
    leading: str

    def sizes(self, length: int) -> list[int]:
        """Of each group of a number of so many digits; earlier groups take what they can.

        Empty if there are none.
        """
        spare = length - sum(least for least, _ in self.groups)
        sizes = []
        for least, most in self.groups:
            extra = max(0, min(spare, most - least))
            spare -= extra
            sizes.append(least + extra)
        return [] if spare else sizes


@dataclass(slots=True)
class Region:
    name: str
    code: str
    lengths: frozenset[int]
    """How many digits a national number may have."""
    prefixes: Sequence[str]
    """What is dialled before a national number inside the region."""
    general: str = ""
    types: str = ""
    leading: str | None = None
    formats: list[Format] = field(default_factory=list)

    def knows(self, national: str) -> bool:
        """Whether it is a number of a type of this region: it may be dialled."""
        return (
            len(national) in self.lengths
            and _compiled(self.types).fullmatch(national) is not None
            and _compiled(self.general).fullmatch(national) is not None
        )

    def is_led(self, national: str) -> bool:
        """Whether the first digits are the region's."""
        if self.leading is None:
            return self.knows(national)
        return _compiled(self.leading).match(national) is not None


class Plan:
    def __init__(self, lines: Sequence[str]) -> None:
        self._regions: list[Region] = []
        self._codes: dict[str, list[Region]] = defaultdict(list)
        for line in lines:
            self._read(*(line.split("\t") + [""] * 4)[:5])
        by_name = {region.name: region for region in reversed(self._regions)}
        self.homes = [by_name[name] for name in _HOME_REGIONS.split()]

    def _read(self, kind: str, first: str, second: str, third: str, fourth: str) -> None:
        if kind == "region":
            lengths = frozenset(int(length) for length in third.split())
            self._regions.append(Region(first, second, lengths, fourth.split()))
            self._codes[second].append(self._regions[-1])
        elif kind in ("general", "types", "leading"):
            setattr(self._regions[-1], kind, first)
        elif kind == "format":
            groups = [group.partition("-") for group in first.split()]
            sizes = [(int(least), int(most or least)) for least, _, most in groups]
            self._regions[-1].formats.append(Format(sizes, second == "prefix", third))

    def calling_code(self, digits: str) -> tuple[int, list[Region]]:
        """The length of the calling code that digits begin with, and its regions; else none."""
        for length in range(1, min(_CODE_LEN_MAX, len(digits)) + 1):
            if digits[:length] in self._codes:
                return length, self._codes[digits[:length]]
        return 0, []

    def exists(self, regions: Sequence[Region], national: str) -> bool:
        """Whether the region that libphonenumber decides on knows the number."""
        if len(regions) == 1:
            return regions[0].knows(national)
        region = next((region for region in regions if region.is_led(national)), None)
        return region is not None and region.knows(national)

    def grouping(self, region: Region, national: str) -> tuple[list[int], bool]:
        """The groups of a national number, and whether a prefix goes before it; or none.

        All regions of a calling code write as its main region does.
        """
        for form in self._codes[region.code][0].formats:
            sizes = form.sizes(len(national))
            if sizes and _compiled(form.leading).match(national):
                return sizes, form.is_prefixed
        return [], False


@cache
def plan() -> Plan:
    """Read on first use."""
    text = resources.files(__package__).joinpath("plan.txt").read_text("ascii")
    return Plan([line for line in text.splitlines() if not line.startswith("#")])
