"""The half of `ip_address` that concerns version 6."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spanloom.processors.redaction.oracle.detectors.anchors import Match, Site
from spanloom.processors.redaction.oracle.detectors.look import (
    ALNUM,
    DIGITS,
    HEX,
    PORT,
    at,
    hex_run,
    ipv4_end,
)

_PORT = re.compile(PORT)
_SURE = 80
_SHORT = 40
_GROUPS = 8
_GROUP_LEN_MAX = 4


def detect_ipv6(site: Site) -> Iterator[Match]:
    """The address in a stretch of hex groups."""
    start = _address_start(site.text, site.start)
    groups = None if start is None else _parse(site.text, start)
    if start is None or groups is None:
        return
    is_cut = at(site.text, groups.end) in ALNUM or site.text.startswith(b"::", groups.end)
    score = groups.score()
    if score and not is_cut:
        yield Match(start, groups.end, score)


def _address_start(text: bytes, start: int) -> int | None:
    """Skips a label in front: `addr:fe80::1`, `mac:fe80::1` (whose `c` reads like a group)."""
    if at(text, start - 1) in ALNUM or at(text, start - 1) == ord("_"):
        start += hex_run(text, start)
        if not text.startswith(b":", start) or text.startswith(b"::", start):
            return None
    is_label = text.startswith(b":", start) and not text.startswith(b"::", start)
    return start + is_label


@dataclass(slots=True)
class _Groups:
    """What stands between colons."""

    end: int
    lengths: list[int]
    """4 and 4 for an IPv4 address at the end."""
    gap: bool = False
    has_digit: bool = False

    def take(self, text: bytes) -> bool:
        """Takes the group at `end`; false if there is none, or it is the last."""
        end = ipv4_end(text, self.end)
        if end:
            self.end, self.has_digit = end, True
            self.lengths += [4, 4]
            return False
        length = hex_run(text, self.end, self.end + _GROUP_LEN_MAX + 1)
        group = text[self.end : self.end + length]
        self.end += length
        self.lengths += [length] if length else []
        self.has_digit = self.has_digit or bool(DIGITS & {*group})
        return 1 <= length <= _GROUP_LEN_MAX and len(self.lengths) <= _GROUPS

    def has_port(self, text: bytes) -> bool:
        """Whether a port follows that can be no group: without brackets around the address."""
        port = _PORT.match(text, self.end + 1)
        n_digits = len(port[0]) if port else 0
        return n_digits > _GROUP_LEN_MAX or (n_digits > 0 and len(self.lengths) == _GROUPS)

    def score(self) -> int:
        """0 if it is no address."""
        n_groups, longest = len(self.lengths), max(self.lengths, default=0)
        is_hardware = self.lengths.count(2) == _GROUPS
        is_whole = 1 <= n_groups < _GROUPS if self.gap else n_groups == _GROUPS and not is_hardware
        is_name = not self.has_digit and n_groups < 3  # noqa: PLR2004
        if not is_whole or longest > _GROUP_LEN_MAX or is_name:
            return 0
        is_short = n_groups < 2 or (longest < 3 and n_groups < 4)  # noqa: PLR2004
        return _SHORT if is_short else _SURE


def _parse(text: bytes, start: int) -> _Groups | None:
    """The groups from `start` on; None if they cannot be an address."""
    groups = _Groups(start, [])
    while True:
        if text.startswith(b"::", groups.end):
            if groups.gap:
                return None
            groups.gap = True
            groups.end += 2
        elif groups.lengths:
            goes_on = text.startswith(b":", groups.end) and at(text, groups.end + 1) in HEX
            if not goes_on or groups.has_port(text):
                return groups
            groups.end += 1
        if not groups.take(text):
            return groups
