"""What may stand right before and after a telephone number."""

from __future__ import annotations

import re
from typing import Literal

from spanloom.processors.redaction.oracle.detectors.look import DIGITS, HEX

Border = Literal["free", "crowded", "listed", "blocked"]
"""Crowded: another digit group stands there, one space away. Listed: a digit, one comma away.
Blocked: the digits belong to something longer or other."""

_LEFT: list[tuple[re.Pattern[bytes], Border]] = [
    (re.compile("(?:[$]|€|£|¥|₹) ?".encode()), "blocked"),
    (re.compile(rb"[0-9)] "), "crowded"),
    (re.compile(rb"[0-9)],"), "listed"),
    (re.compile(rb"[0-9]:"), "blocked"),
    (re.compile(rb"['\"]%|wa\.me/"), "free"),
    (re.compile(rb"[A-Za-z]\."), "free"),
    (re.compile(rb"[0-9A-Za-z./_#@%^~+)-]"), "blocked"),
]
_LEFT_BYTES_MAX = 6
"""Those of `wa.me/`."""
_RIGHT: list[tuple[re.Pattern[bytes], Border]] = [
    (re.compile(rb" [0-9]"), "crowded"),
    (re.compile(rb",[0-9]"), "listed"),
    (re.compile(rb"%['\"]"), "free"),
    (re.compile(rb"[:.)(][0-9]"), "blocked"),
    # In Markdown, the code that names a commit: [`0701559336`](https://...).
    (re.compile(rb"`\]\(http"), "blocked"),
    (re.compile(rb"-[A-Za-z]{3}"), "free"),
    (re.compile(rb"[/-][0-9A-Za-z]"), "blocked"),
    (re.compile(rb"[0-9A-Za-z_@#%^+=]"), "blocked"),
]


def left(text: bytes, start: int) -> Border:
    """The border before `start`."""
    head = text[max(0, start - _LEFT_BYTES_MAX) : start]
    if head.endswith(b"/") and text.startswith(b"+", start):
        return "free"
    for pattern, border in _LEFT:
        if any(pattern.fullmatch(head, at) for at in range(len(head))):
            return border
    return "free"


def right(text: bytes, end: int, *, has_plus: bool) -> Border:
    """The border after `end` of a number that begins with a `+` or not."""
    if has_plus and text.startswith(b"@", end):
        return "free"
    return next((border for pattern, border in _RIGHT if pattern.match(text, end)), "free")


def is_in_hex_dump(text: bytes, start: int, end: int) -> bool:
    """Whether a byte in hex (`4c`, a digit and a letter) stands one space before or after."""
    before = re.fullmatch(rb"(?: |\A)(..) ", text[max(0, start - 4) : start], re.DOTALL)
    after = re.fullmatch(rb" (..)(?: |\Z)", text[end : end + 4], re.DOTALL)
    return any(found and _is_pair(found[1]) for found in (before, after))


def _is_pair(pair: bytes) -> bool:
    return set(pair) <= HEX and sum(byte in DIGITS for byte in pair) == 1
