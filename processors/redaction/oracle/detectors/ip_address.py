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
    at,
    ipv4_end,
    joined_before,
)

_IPV4 = 75
_AFTER_PRODUCT = 30
_GOES_ON = re.compile(rb"\.?[0-9A-Za-z]|\+[0-9A-Za-z]")
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
    if at(text, start - 1) in ALNUM or joined_before(text, start, b"."):
        return 0
    if _GOES_ON.match(text, end) or _PRE_RELEASE.match(text, end):
        return 0
    joint = text[max(start - 1, 0) : start]
    is_version = joint == b"-" or (joint == b"/" and text[start:end].endswith(b".0"))
    return _AFTER_PRODUCT if is_version and at(text, start - 2) in LETTERS else _IPV4


IP_ADDRESS = Detector("ip_address", (digits(4), HEX_GROUPS), detect)
