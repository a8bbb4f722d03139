"""Words around a finding that make it likelier, or less likely."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spanloom.processors.redaction.oracle.literals import Hit
from spanloom.processors.redaction.oracle.mapped import Span

BONUS = 35
MALUS = 40
_BYTES_BEFORE = 50
_BYTES_AFTER = 30

_WORD_STARTS = re.compile(rb"(?<![0-9A-Za-z])|(?<=[a-z])(?=[A-Z])")
_WORD_ENDS = re.compile(rb"[sS]?(?:(?![0-9A-Za-z])|(?<=[a-z])(?=[A-Z]))")
_WITHIN_WORD = re.compile(rb"(?<=[0-9A-Za-z])(?=[0-9A-Za-z])")


def is_word(text: bytes, hit: Hit) -> bool:
    """Whether it is a word, a part of a camelCase name, or either with an `s` after it."""
    starts = _WORD_STARTS.match(text, hit.start)
    return starts is not None and _WORD_ENDS.match(text, hit.end) is not None


def is_whole(text: bytes, hit: Hit) -> bool:
    """Whether no word goes on across its start or end."""
    return not (_WITHIN_WORD.match(text, hit.start) or _WITHIN_WORD.match(text, hit.end))


def is_near(hits: Iterable[Hit], found: Span) -> bool:
    """Whether one of the hits stands as a whole in the window around what was found."""
    start, end = found
    return any(
        (start - _BYTES_BEFORE <= hit.start and hit.end <= start)
        or (end <= hit.start and hit.end <= end + _BYTES_AFTER)
        for hit in hits
    )
