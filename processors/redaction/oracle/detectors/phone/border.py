"""What may stand right before and after a telephone number."""

from __future__ import annotations

import re
from typing import Literal

from spanloom.processors.redaction.oracle.detectors.look import DIGITS, HEX

Border = Literal["free", "crowded", "blocked"]
"""Crowded: another digit group stands there, one space or comma away. Blocked: the digits
belong to something longer or other."""

_LEFT: list[tuple[re.Pattern[bytes], Border]] = [
    (re.compile("(?:[$]|€|£|¥|₹) ?".encode()), "blocked"),
    (re.compile(rb"[0-9)][ ,]"), "crowded"),
    (re.compile(rb"[0-9]:"), "blocked"),
    (re.compile(rb"[A-Za-z]\."), "free"),
    (re.compile(rb"[0-9A-Za-z./_#@%^~+)-]"), "blocked"),
]
_LEFT_BYTES_MAX = 4
"""A currency sign of three bytes and a space."""
_RIGHT: list[tuple[re.Pattern[bytes], Border]] = [
    (re.compile(rb"[ ,][0-9]"), "crowded"),
    (re.compile(rb"[:.)(][0-9]"), "blocked"),
    (re.compile(rb"-[A-Za-z]{3}"), "free"),
    (re.compile(rb"[/-][0-9A-Za-z]"), "blocked"),
    (re.compile(rb"[0-9A-Za-z_@%^+=]"), "blocked"),
]
_EXTENSION = [
    re.compile(rb",? ?%b([0-9]{1,7})(?![0-9A-Za-z])" % re.escape(mark), re.IGNORECASE)
    for mark in (
        *(b"extension ", b";ext=", b"ext. ", b"ext.", b"ext ", b"ext", b"x ", b"x"),
        b"#",
    )
]


def left(text: bytes, start: int) -> Border:
    """The border before `start`."""
    head = text[max(0, start - _LEFT_BYTES_MAX) : start]
    for pattern, border in _LEFT:
        if any(pattern.fullmatch(head, at) for at in range(len(head))):
            return border
    return "free"


def right(text: bytes, end: int) -> Border:
    """The border after `end`."""
    return next((border for pattern, border in _RIGHT if pattern.match(text, end)), "free")


def is_in_hex_dump(text: bytes, start: int, end: int) -> bool:
    """Whether a byte in hex (`4c`, a digit and a letter) stands one space before or after."""
    before = re.fullmatch(rb"(?: |\A)(..) ", text[max(0, start - 4) : start], re.DOTALL)
    after = re.fullmatch(rb" (..)(?: |\Z)", text[end : end + 4], re.DOTALL)
    return any(found and _is_pair(found[1]) for found in (before, after))


def _is_pair(pair: bytes) -> bool:
    return set(pair) <= HEX and sum(byte in DIGITS for byte in pair) == 1


def extension(text: bytes, end: int) -> tuple[int, bool] | None:
    """Where an extension after `end` ends: `x123`, ` ext. 123`, `;ext=123`, ` #123`.

    The flag is false for the last form, which is less sure.
    """
    for pattern in _EXTENSION:
        if found := pattern.match(text, end):
            return found.end(), pattern is not _EXTENSION[-1]
    return None
