"""`jwt`: JSON web tokens, signed (three parts) or encrypted (five), whole or cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import Detector, Match, Site, literal
from spanloom.processors.redaction.oracle.detectors.look import ALNUM, at
from spanloom.processors.redaction.oracle.validators.secret import decode_base64

_SCORE = 95
_PARTS_MAX = 5
_SIGNED_PARTS = 3
_HEADER_BYTES_MIN = 14
"""`{"alg":""}` in base64."""
_HEADER = re.compile(rb"eyJ[0-9A-Za-z_-]{0,4093}+")
_PART = re.compile(rb"\.[0-9A-Za-z_-]{0,65536}+")
_OBJECT = re.compile(rb'[ \t\n\f\r]*\{.*"alg".*\}[ \t\n\f\r]*', re.DOTALL)


def detect(site: Site) -> Iterator[Match]:
    header = _HEADER.match(site.text, site.start)
    if not header or at(site.text, site.start - 1) in ALNUM:
        return
    end, n_parts = header.end(), 0
    if at(site.text, end) == ord(".") and _is_header(header[0]):
        end, n_parts = _parts(site.text, end)
    is_cut_off = end == len(site.text) and n_parts == _SIGNED_PARTS - 1
    if n_parts >= _SIGNED_PARTS or is_cut_off:
        yield Match(site.start, end, _SCORE)
    else:
        yield Match(site.start, header.end(), 0)


def _is_header(part: bytes) -> bool:
    """Whether it decodes to a JSON object that names an algorithm."""
    is_long = len(part) >= _HEADER_BYTES_MIN
    return is_long and _OBJECT.fullmatch(decode_base64(part) or b"") is not None


def _parts(text: bytes, header_end: int) -> tuple[int, int]:
    """The end of the parts after the header, and how many there are with it.

    An empty last part (no signature) counts, its dot does not belong to the end.
    """
    end, n_parts = header_end, 1
    while n_parts < _PARTS_MAX and (part := _PART.match(text, end)):
        if len(part[0]) == 1:
            return end, n_parts + (n_parts > 1)
        end = part.end()
        n_parts += 1
    return end, n_parts


JWT = Detector("jwt", (literal(b"eyj"),), detect)
