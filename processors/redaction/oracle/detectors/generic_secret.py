"""`generic_secret`: a value with much information in it, assigned to a name that says so.

Or all there is under such a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import (
    Detector,
    Match,
    Site,
    literal,
    token,
)
from spanloom.processors.redaction.oracle.entropy import entropy
from spanloom.processors.redaction.oracle.validators.secret import mixed, not_placeholder

_NAMES = (
    *(b"password", b"passwd", b"passphrase", b"pwd", b"secret", b"token", b"credential"),
    *(b"api_key", b"api-key", b"api key", b"apikey"),
    *(b"access_key", b"access-key", b"access key", b"accesskey"),
    *(b"private_key", b"private-key", b"privatekey"),
    *(b"secret_key", b"secret-key", b"secret key", b"secretkey"),
    *(b"encryption_key", b"signing_key"),
)
_ASSIGNED = 60
_WHOLE = 30
_ENTROPY_BITS_MIN = 3.5
_VALUE = re.compile(
    rb"""[ "'`\\\]]{0,4}+(?!>)[:=>]{1,3}+[ \t\n\f\r]{0,4}+\\?+"""
    rb"""(?:(?P<quote>["'`])(?P<quoted>(?:(?!(?P=quote))[!-\[\]-~]){0,4096}+)(?=(?P=quote)|\\)"""
    rb"""|(?P<bare>[!#-%*+\--:=?-Z^_a-z~]{1,4096}+)(?![(\[{]))"""
)
_WHOLE_VALUE = re.compile(rb"[!-~]{1,256}")
_REFERENCE = re.compile(rb"[$/].*|http.*|[A-Za-z._-]*", re.DOTALL | re.IGNORECASE)


def detect(site: Site) -> Iterator[Match]:
    text = site.text
    is_name = text[site.start : site.end].lower() in _NAMES
    start, end = _assigned(text, site.end) if is_name else (0, 0)
    if end:
        # Names in a value that is none would, cut, assign a part of it.
        yield Match(start, end, _ASSIGNED if _is_secret(text[start:end]) else 0)
    elif _WHOLE_VALUE.fullmatch(text) and _is_secret(text):
        yield Match(0, len(text), _WHOLE)


def _assigned(text: bytes, name_end: int) -> tuple[int, int]:
    """What is assigned to the name that ends here; (0, 0) if nothing is."""
    found = _VALUE.match(text, name_end)
    if not found:
        return 0, 0
    if found["quote"]:
        return found.span("quoted")
    start, end = found.span("bare")
    # The dot belongs to the sentence.
    end -= text[end - 1 : end] == b"."
    return (start, end) if end > start else (0, 0)


def _is_secret(value: bytes) -> bool:
    return (
        not _REFERENCE.fullmatch(value)
        and mixed(value)
        and entropy(value) >= _ENTROPY_BITS_MIN
        and not_placeholder(value)
    )


GENERIC_SECRET = Detector(
    "generic_secret", (*(literal(name) for name in _NAMES), token(12)), detect
)
