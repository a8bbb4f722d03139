r"""`pem_private_key`: private keys in PEM and OpenPGP armour.

Also when line ends became spaces or the two characters `\n`, or when the end is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import Detector, Match, Site, literal

_SCORE = 95
_KEY_BYTES_MAX = 16 << 10
_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]{0,40}+)-----")
_PRIVATE = (b"PRIVATE KEY", b"PRIVATE KEY BLOCK")
_BODY_END = re.compile(rb"-----(?:(E)|B)")
_DASHES = re.compile(rb"-----")
_END_LINE = re.compile(rb"-----(?:[0-9A-Za-z ]{0,40}+(?:-{1,5}+|\Z))?")
_CLOSED_WORD = re.compile(rb"[0-9A-Za-z+/=]{10}")
_OPEN_START = re.compile(
    rb"(?:[ \t\r\n]|\\[nr]|\\(?=\\))*+(?:[0-9A-Za-z-]{1,16}+:|[0-9A-Za-z+/=]{16})"
)


def detect(site: Site) -> Iterator[Match]:
    text = site.text
    begin = _BEGIN.match(text, site.start)
    if not begin or not begin[1].endswith(_PRIVATE):
        return
    limit = min(len(text), site.start + _KEY_BYTES_MAX)
    body_end, is_closed = _body_end(text, begin.end(), limit)
    if is_closed:
        end_line = _END_LINE.match(text, body_end)
        if end_line and _CLOSED_WORD.search(text, begin.end(), body_end):
            yield Match(site.start, end_line.end(), _SCORE)
    elif _OPEN_START.match(text, begin.end()):
        yield Match(site.start, _whole_characters(text, body_end), _SCORE)


def _body_end(text: bytes, body: int, limit: int) -> tuple[int, bool]:
    """Where the body ends, and whether an END line follows. Another key's start ends it, too."""
    for dashes in _DASHES.finditer(text, body, limit):
        line = _BODY_END.match(text, dashes.start())
        if line:
            return dashes.start(), line[1] is not None
    return limit, False


def _whole_characters(text: bytes, end: int) -> int:
    """`end`, or the start of the character it would cut."""
    if text[end - 1] < 0x80:  # noqa: PLR2004
        return end
    is_start = [not 0x80 <= byte < 0xC0 for byte in (text + b"\0")[end : end - 4 : -1]]  # noqa: PLR2004
    return end - is_start.index(True) if True in is_start else end


PEM_PRIVATE_KEY = Detector("pem_private_key", (literal(b"-----begin"),), detect)
