"""Where one part of a message ends and the next goes on."""

from __future__ import annotations

_BYTES_PER_SIDE = 256
_CONTINUES = range(0x80, 0xC0)


def tail(text: bytes) -> bytes:
    """The end that is looked at together with the next part, in whole characters."""
    start = max(0, len(text) - _BYTES_PER_SIDE)
    while start < len(text) and text[start] in _CONTINUES:
        start += 1
    return text[start:]


def head(text: bytes) -> bytes:
    """The beginning that is looked at together with the part before."""
    end = min(len(text), _BYTES_PER_SIDE)
    while end < len(text) and text[end] in _CONTINUES:
        end -= 1
    return text[:end]
