"""`mac_address`: EUI-48 and EUI-64 in pairs, and EUI-48 in Cisco's groups of four.

Where a word says so, also EUI-48 without separators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import (
    HEX_GROUPS,
    Detector,
    Match,
    Site,
    hex_word,
)
from spanloom.processors.redaction.oracle.detectors.look import ALNUM, LETTERS, at, hex_run

_BARE_LEN = 12
_UUID_FRONT = re.compile(rb"-[0-9A-Fa-f]{4}-")
_SCORE = 90
_DECIMAL_COLONS = 60
_DECIMAL_HYPHENS = 70
_DOUBTFUL = 40
_LATEST = (b"99", b"12", b"31", b"23", b"59", b"59")
"""Of year, month, day, hour, minute and second."""


def detect(site: Site) -> Iterator[Match]:
    stretch = site.text[site.start : site.end]
    separators = re.findall(rb"[^0-9A-Fa-f]", stretch)
    if not separators:
        # Twelve decimal digits are a number.
        front = site.text[max(site.start - 6, 0) : site.start]
        if LETTERS & {*stretch} and not _UUID_FRONT.fullmatch(front):
            yield Match(site.start, site.end, _DOUBTFUL)
        return
    joint = separators[0]
    width, counts = (4, (3,)) if joint == b"." else (2, (6, 8))
    start = site.start
    while start < site.end:
        end, n_groups = _groups(site.text, start, joint, width)
        if n_groups in counts:
            yield Match(start, end, _score(site.text[start:end], joint))
        start = end + 1


def _groups(text: bytes, start: int, joint: bytes, width: int) -> tuple[int, int]:
    """The end of the longest row of groups of `width` hex digits, and how many they are.

    What starts or ends inside a word is no group; without one, the end of the word.
    """
    end, n_groups, group = start, 0, start
    while True:
        group_end = group + hex_run(text, group)
        is_inside = at(text, group - 1) in ALNUM or at(text, group_end) in ALNUM
        if group_end - group != width or is_inside:
            return (end if n_groups else group_end), n_groups
        end, n_groups = group_end, n_groups + 1
        if text[end : end + 1] != joint:
            return end, n_groups
        group = end + 1


def _score(address: bytes, joint: bytes) -> int:
    """Less where a time or a number may look the same."""
    if LETTERS & {*address}:
        return _SCORE
    pairs = zip(address.split(joint), _LATEST, strict=False)
    if joint == b"-" and not all(pair <= latest for pair, latest in pairs):
        return _DECIMAL_HYPHENS
    return _DECIMAL_COLONS if joint == b":" else _DOUBTFUL


MAC_ADDRESS = Detector("mac_address", (HEX_GROUPS, hex_word(_BARE_LEN)), detect)
