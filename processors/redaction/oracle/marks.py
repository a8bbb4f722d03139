"""Recognises what redaction itself wrote, so that a second pass leaves it alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spanloom.processors.redaction.oracle.mapped import Span

_UNSCANNED = re.compile(rb"\[REDACTED:[0-9A-Za-z_.-]{1,64}\]")
_TAG = r":[0-9a-f]{16}"
_KEPT_BYTES_MAX = 68
_PARTIAL = re.compile(r"([^\[*\x00-\x1f\x7f-\x9f]{0,8})\*{4}([^\[*\x00-\x1f\x7f-\x9f]{0,8})")


class Marks:
    """Those of a set of rules, by their labels."""

    def __init__(self, labels: Iterable[str]) -> None:
        names = "|".join(re.escape(label) for label in sorted(set(labels), reverse=True))
        self._mark = re.compile(rf"\[(?:{names})(?:{_TAG}|:([^\[\]]*))?\]".encode())

    def find(self, text: bytes) -> list[Span]:
        """The marks in the text."""
        own = (match for match in self._mark.finditer(text) if _is_written(match[1]))
        return [match.span() for match in (*own, *_UNSCANNED.finditer(text))]


def _is_written(kept: bytes | None) -> bool:
    """Whether `partial` may have written what stands after the colon."""
    if kept is None:
        return True
    try:
        return len(kept) <= _KEPT_BYTES_MAX and _PARTIAL.fullmatch(kept.decode()) is not None
    except UnicodeDecodeError:
        return False
