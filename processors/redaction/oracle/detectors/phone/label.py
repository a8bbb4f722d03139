"""The name that stands right before a number."""

from __future__ import annotations

import re

from spanloom.processors.redaction.oracle.detectors.phone import words

_GAP = re.compile(rb"[ \t:=#\"'`*>|(._-]*\Z")
_GAP_BYTES_MAX = 6
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*\Z")
_WORD_BYTES_MAX = 33
_COUNTRY = re.compile(rb"[A-Z]{2}")
_HUMP = re.compile(rb"(?<=[a-z])(?=[A-Z])")
_HEAD_BYTES_MAX = 250
"""More than all words and gaps that are looked at have."""


def is_other(text: bytes, start: int) -> bool:
    """Whether the name before `start` is that of another number.

    `NIP 372-003-68-98`, `policy no. 56368074`, `"msg_id": 1656368074`. A country may stand
    between: `VAT GB 123 4567 89`.
    """
    head = _without_gap(text[max(0, start - _HEAD_BYTES_MAX) : start])
    word, before = _split(head)
    is_country = _COUNTRY.fullmatch(word) is not None
    return _names_other(head) or (is_country and _names_other(before))


def _names_other(head: bytes) -> bool:
    head = _skipped("is", head)
    named = _skipped("number", head)
    word, before = _split(named)
    if words.has("id", word):
        return not words.has("caller", _split(before)[0])
    is_counted = named != head or words.has("number", _split(_skipped("particle", before))[0])
    return words.has("other", word) or (is_counted and words.has("kind", word))


def _skipped(kind: str, head: bytes) -> bytes:
    """What stands before the last word if that is of a kind, else all."""
    word, before = _split(head)
    return before if words.has(kind, word) else head


def _split(head: bytes) -> tuple[bytes, bytes]:
    """The last word, of a camelCase name the last part, and what stands before it."""
    word = _HUMP.split(_ending(_WORD, head, _WORD_BYTES_MAX))[-1]
    return word, _without_gap(head[: len(head) - len(word)])


def _without_gap(head: bytes) -> bytes:
    gap = _ending(_GAP, head, _GAP_BYTES_MAX)
    return head[: len(head) - len(gap)]


def _ending(pattern: re.Pattern[bytes], text: bytes, n_bytes_max: int) -> bytes:
    found = pattern.search(text, max(0, len(text) - n_bytes_max))
    return found[0] if found else b""
