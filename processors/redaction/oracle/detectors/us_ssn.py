"""`us_ssn`: numbers the Social Security Administration can have given out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import Detector, Match, Site, digits
from spanloom.processors.redaction.oracle.detectors.look import (
    at,
    digit_run,
    inside_word,
    joined_after,
    joined_before,
    next_group,
)

_DIGITS = 9
_HYPHENS = 70
_SPACES = 60
_DOTS = 40
_BARE = 30
_SEPARATED = re.compile(rb"([0-9]{3})([- .])([0-9]{2})\2([0-9]{4})")
_ISSUED = re.compile(rb"(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}")


def detect(site: Site) -> Iterator[Match]:
    start = site.start
    while start + _DIGITS <= site.end:
        found = _at(site.text, start, digit_run(site.text, start, _DIGITS + 1))
        if found:
            end, score = found
            yield Match(start, end, score)
            start = end
        else:
            start = next_group(site, start)


def _at(text: bytes, start: int, n_digits: int) -> tuple[int, int] | None:
    """The end and the score of the number whose first group has `n_digits`."""
    if n_digits == 3:  # noqa: PLR2004
        end, score = start + 11, _separated(text, start)
    elif n_digits == _DIGITS:
        end, score = start + _DIGITS, _bare(text, start, start + _DIGITS)
    else:
        return None
    return (end, score) if score else None


def _separated(text: bytes, start: int) -> int:
    """The score of 3-2-4 digits with the same separator twice."""
    found = _SEPARATED.match(text, start)
    if not found or not _ISSUED.fullmatch(found[1] + found[3] + found[4]):
        return 0
    if inside_word(text, start, found.end()) or at(text, start - 1) == ord("+"):
        return 0
    separator = found[2]
    is_joined = joined_before(text, start, separator) or joined_after(text, found.end(), separator)
    if separator == b" ":
        return _BARE if is_joined else _SPACES
    return 0 if is_joined else {b"-": _HYPHENS, b".": _DOTS}[separator]


def _bare(text: bytes, start: int, end: int) -> int:
    """The score of nine digits in a row."""
    number = text[start:end]
    is_joined = any(
        joined_before(text, start, joint) or joined_after(text, end, joint)
        for joint in (b"-", b".")
    )
    is_part = is_joined or inside_word(text, start, end) or at(text, start - 1) == ord("+")
    is_varied = len(set(number)) > 1
    return _BARE if not is_part and is_varied and _ISSUED.fullmatch(number) else 0


US_SSN = Detector("us_ssn", (digits(_DIGITS),), detect)
