"""`ip_address`: version 4 and 6. A prefix length, a port or a zone stays outside the match."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import (
    HEX_GROUPS,
    Detector,
    Match,
    Site,
    digits,
)
from spanloom.processors.redaction.oracle.detectors.ipv6 import detect_ipv6
from spanloom.processors.redaction.oracle.detectors.look import (
    ALNUM,
    LETTERS,
    PORT,
    at,
    ipv4_end,
    joined_before,
)

_SURE = 100
_IPV4 = 75
_LIKE_VERSION = 45
_AFTER_PRODUCT = 30
_SMALL = 32
"""Versions, and numbers of sections, mostly have smaller numbers."""
_GOES_ON = re.compile(rb"\.?[0-9A-Za-z]|\+[0-9A-Za-z]")
_DOTTED_PORT = re.compile(rb"\." + PORT)
"""As `tcpdump` writes it."""
_SCHEME = re.compile(rb"(?<=://)|(?<=@)")
_HOST = re.compile(rb":" + PORT + rb"|/[0-9]")
_PRE_RELEASE = re.compile(
    rb"-(?:alpha|beta|build|canary|dev|final|ga|hotfix|nightly|patch|post|pre|preview|rc|release"
    rb"|snapshot|stable)",
    re.IGNORECASE,
)


def detect(site: Site) -> Iterator[Match]:
    if b":" in site.text[site.start : site.end]:
        yield from detect_ipv6(site)
        return
    start = site.start
    while start < site.end:
        end = ipv4_end(site.text, start)
        if end and (score := _score(site.text, start, end)):
            yield Match(start, end, score)
        start = end or start + 1


def _score(text: bytes, start: int, end: int) -> int:
    """0 if what stands around the four numbers makes them something else."""
    octets = [int(octet) for octet in text[start:end].split(b".")]
    shape = _shape(octets)
    if at(text, start - 1) in ALNUM or joined_before(text, start, b"."):
        return 0
    has_port = shape == _SURE and _DOTTED_PORT.match(text, end)
    if not has_port and (_GOES_ON.match(text, end) or _PRE_RELEASE.match(text, end)):
        return 0
    joint = text[max(start - 1, 0) : start]
    is_version = joint == b"-" or (joint == b"/" and octets[3] == 0)
    if is_version and at(text, start - 2) in LETTERS:
        return _AFTER_PRODUCT
    is_host = _SCHEME.match(text, start) or _HOST.match(text, end)
    return max(shape, _IPV4) if is_host else shape


def _shape(octets: list[int]) -> int:
    """What the numbers alone say."""
    match octets:
        case [192, 168, _, _]:
            return _SURE
        case [172, second, _, _] if 16 <= second <= 31:  # noqa: PLR2004
            return _SURE
        case [10, _, _, _]:
            return _IPV4
    is_small = [octet < _SMALL for octet in octets]
    if is_small[0] and sum(is_small[1:]) > 1:
        return _LIKE_VERSION
    # `131.0.0.0` is a browser's version.
    is_sure = not is_small[0] and not all(is_small[1:]) and octets[2:] != [0, 0]
    return _SURE if is_sure else _IPV4


IP_ADDRESS = Detector("ip_address", (digits(4), HEX_GROUPS), detect)
