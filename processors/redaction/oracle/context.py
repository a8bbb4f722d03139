"""Words around a finding that make it likelier, or less likely."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from spanloom.processors.redaction.oracle.literals import Hit
from spanloom.processors.redaction.oracle.mapped import Span

BONUS = 35
MALUS = 40
_Word: TypeAlias = tuple[Hit, bool]
"""Where it stands, and whether it lowers the score."""
_BYTES_BEFORE = 50
_BYTES_AFTER = 30

_BORDER = rb"(?:(?<![0-9A-Za-z])|(?![0-9A-Za-z])|(?<=[a-z])(?=[A-Z]))"
"""Scripts written without spaces put their letters right beside a number."""
_WORD_STARTS = re.compile(_BORDER)
_WORD_ENDS = re.compile(rb"[sS]?" + _BORDER)
_WITHIN_WORD = re.compile(rb"(?<=[0-9A-Za-z])(?=[0-9A-Za-z])")


def is_word(text: bytes, hit: Hit) -> bool:
    """Whether it is a word, a part of a camelCase name, or either with an `s` after it."""
    starts = _WORD_STARTS.match(text, hit.start)
    return starts is not None and _WORD_ENDS.match(text, hit.end) is not None


def is_whole(text: bytes, hit: Hit) -> bool:
    """Whether no word goes on across its start or end."""
    return not (_WITHIN_WORD.match(text, hit.start) or _WITHIN_WORD.match(text, hit.end))


class Near(NamedTuple):
    """What words around a match do to its score."""

    raises: bool
    lowers: bool


def weigh(text: bytes, raising: Iterable[Hit], lowering: Iterable[Hit], found: Span) -> Near:
    """What the words near a match say about it.

    Where words stand before it on the same line, only the last one counts. Otherwise those that
    raise count wherever they are, those that lower behind it on the same line.
    """
    start, end = found
    first, last = max(start - _BYTES_BEFORE, 0), min(end + _BYTES_AFTER, len(text))
    line_start = max(text.rfind(b"\n", first, start) + 1, first)
    line_break = text.find(b"\n", end, last)
    line_end = last if line_break < 0 else line_break
    words = [(hit, False) for hit in raising] + [(hit, True) for hit in lowering]
    before: _Word | None = None
    around = {False: False, True: False}
    for hit, lowers in sorted(words, key=lambda word: (word[0].end, word[0].start)):
        if line_start <= hit.start and hit.end <= start:
            before = _joined(before, (hit, lowers))
        elif end <= hit.start:
            around[lowers] |= hit.end <= (line_end if lowers else last)
        elif not lowers:
            around[False] |= first <= hit.start and hit.end <= start
    if before is None:
        return Near(raises=around[False], lowers=around[True])
    return Near(raises=not before[1], lowers=before[1])


def _joined(known: _Word | None, word: _Word) -> _Word:
    """Of two words, the later one, unless it is part of one that starts before it."""
    if known is None or not known[0].start < word[0].start < known[0].end:
        return word
    return Hit(known[0].start, word[0].end, known[0].literal), known[1]
