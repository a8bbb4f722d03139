"""Looking around in a text without minding its ends."""

from __future__ import annotations

import re
import string
import sys

from spanloom.processors.redaction.oracle.detectors.anchors import Site

DIGITS = frozenset(string.digits.encode())
HEX = frozenset(string.hexdigits.encode())
LETTERS = frozenset(string.ascii_letters.encode())
ALNUM = DIGITS | LETTERS
SPACE = frozenset(b" \t\n\f\r")
PORT = rb"[0-9]{2,5}(?![0-9A-Za-z]|[.:][0-9A-Za-z])"
_DIGIT_RUN = re.compile(rb"[0-9]*")
_HEX_RUN = re.compile(rb"[0-9A-Fa-f]*")
_OCTET = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?![0-9])"
_IPV4 = re.compile(rb"\.".join([_OCTET] * 4))
_REST_OF_GROUP = re.compile(rb"[0-9]*[^0-9]*")


def at(text: bytes, index: int) -> int:
    """The byte there; 0 outside the text."""
    return text[index] if 0 <= index < len(text) else 0


def inside_word(text: bytes, start: int, end: int) -> bool:
    """Whether an ASCII letter or digit stands right before or right after."""
    return at(text, start - 1) in ALNUM or at(text, end) in ALNUM


def joined_after(text: bytes, end: int, joint: bytes) -> bool:
    """Whether `joint` and then a digit follow."""
    return text[end : end + 1] == joint and at(text, end + 1) in DIGITS


def joined_before(text: bytes, start: int, joint: bytes) -> bool:
    """Whether a digit and then `joint` stand right before."""
    return at(text, start - 1) == joint[0] and at(text, start - 2) in DIGITS


def digit_run(text: bytes, start: int, max_len: int) -> int:
    """How many digits there are from `start` on; at most `max_len` are counted."""
    return _run(_DIGIT_RUN, text, start, start + max_len)


def hex_run(text: bytes, start: int, end: int = sys.maxsize) -> int:
    """How many hex digits there are from `start` on, up to `end`."""
    return _run(_HEX_RUN, text, start, end)


def _run(pattern: re.Pattern[bytes], text: bytes, start: int, end: int) -> int:
    match = pattern.match(text, start, end)
    return len(match[0]) if match else 0


def next_group(site: Site, start: int) -> int:
    """The first digit after a separator, from `start` on."""
    match = _REST_OF_GROUP.match(site.text, start, site.end)
    return start + max(len(match[0]) if match else 0, 1)


def ipv4_end(text: bytes, start: int) -> int:
    """Where four octets end, each up to 255 and without leading zeros; 0 if there are none."""
    match = _IPV4.match(text, start)
    return match.end() if match else 0


def has_both_cases(word: bytes) -> bool:
    return word.upper() != word and word.lower() != word
