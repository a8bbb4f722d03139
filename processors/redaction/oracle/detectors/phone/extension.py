"""The extension after a telephone number."""

from __future__ import annotations

import re

from spanloom.processors.redaction.oracle.detectors.phone import words

_NAMED = re.compile(
    rb"[,;]? ?(\()?([A-Za-z\x80-\xff]+)[.:=]? ?[0-9]{1,7}(?![0-9A-Za-z])(?(1)\))",
)
_MARKED = re.compile(rb"[,;]? ?#[0-9]{1,7}(?![0-9A-Za-z])")


def after(text: bytes, end: int) -> tuple[int, bool] | None:
    """Where an extension after `end` ends: `x123`, ` ext. 123`, `, wew. 12`, ` #123`.

    The flag is false for the last form, which is less sure.
    """
    if found := _MARKED.match(text, end):
        return found.end(), False
    found = _NAMED.match(text, end)
    return (found.end(), True) if found and words.has("extension", found[2]) else None
