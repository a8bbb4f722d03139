"""`email`: addresses as people write them, no quoted local parts and no IP literals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import Detector, Match, Site, literal
from spanloom.processors.redaction.oracle.detectors.look import ALNUM, DIGITS, at

_SCORE = 90
_LOCAL_BYTES_MAX = 64
_LABEL_BYTES_MAX = 63
_ADDRESS_BYTES_MAX = 254
_USERINFO_BYTES_MAX = 128
_TLD_LETTERS = range(2, 25)
_LOCAL_MARKS = b"._-'%+~^&"
"""What stands in a local part besides letters and digits, but not at its start."""
_BOUNCE = re.compile(rb"\+[0-9A-Za-z._+-]*\Z")
_CALL = re.compile(rb"\((?![\x80-\xff])")
_LABELLED = (b"this", b"super", b"return")
"""Kotlin's words before a label: `this@Activity.runLater`."""
_LETTER = re.compile(rb"[\xc3-\xd3][\x80-\xbf]|\xd4[\x80-\xaf]|\xe1[\xb8-\xbf][\x80-\xbf]")
"""Non-ASCII letters of scripts with spaces between words."""
_USERINFO = re.compile(rb"://(?:[^ \t\n\f\r/?#\"'<>(),;@]*:)?\Z")
_CLONE = re.compile(rb"[:/][0-9A-Za-z/~_.-]")
_FILE_ENDINGS = frozenset(
    b"avif bak bin bmp bz cfg conf cpp css csv deb dll dmg doc docx eot exe gif gz htm html ico"
    b" ini ipynb jar java jpeg jpg js json jsx kt less lock log map md5 mjs mount mp3 mp4 otf patch"
    b" pdf php png pptx rb rpm scope scss service sha256 sig slice socket sql svg tar tgz timer"
    b" toml ts tsx ttf txt vue wasm wav webm webp whl woff xls xlsx xml xz yaml yml zst".split()
)
_FILE_ENDINGS_OF_COUNTRIES = frozenset(b"cc md mm pl ps py rs sh so zip".split())


def detect(site: Site) -> Iterator[Match]:
    text = site.text
    start = _local_start(text, site.start)
    end = _domain_end(text, site.start + 1)
    if start is None or end is None or end - start > _ADDRESS_BYTES_MAX:
        return
    if text[start : site.start] in _LABELLED or _CALL.match(text, end):
        return
    if not (_is_of_url(text, start) or _is_clone_url(text, start, end)):
        yield Match(start, end, _SCORE)


def _local_start(text: bytes, at_sign: int) -> int | None:
    """Where the part before the `@` begins; quotes and bullets in front stay outside."""
    start = at_sign
    while step := _local_step(text, start):
        start -= step
        if at_sign - start > _LOCAL_BYTES_MAX:
            return None
    while start < at_sign and text[start] in _LOCAL_MARKS:
        start += 1
    return start if start < at_sign and at(text, at_sign - 1) != ord(".") else None


def _local_step(text: bytes, start: int) -> int:
    """Bytes of the character before `start`, 0 if it is none of a local part."""
    if text[max(start - 1, 0) : start + 1] == b"..":
        return 0
    if at(text, start - 1) in ALNUM or at(text, start - 1) in _LOCAL_MARKS:
        return 1
    if text[max(start - 1, 0) : start] == b"=":
        # `bounces+17-ana=example.com@list.example`
        return int(
            _BOUNCE.search(text, max(start - 1 - _LOCAL_BYTES_MAX, 0), start - 1) is not None
        )
    lengths = (length for length in (2, 3) if length <= start)
    return next((n for n in lengths if _LETTER.fullmatch(text, start - n, start)), 0)


def _domain_end(text: bytes, start: int) -> int | None:
    """Behind the last label that can be a top-level domain."""
    end, label, n_numeric = None, start, 0
    for index in range(_ADDRESS_BYTES_MAX):
        label_end = _label_end(text, label)
        if label_end == label or label_end - label > _LABEL_BYTES_MAX or text[label] == ord("-"):
            break
        n_numeric += index < 2 and text[label] in DIGITS  # noqa: PLR2004
        if index > 0:
            end = _top_level_end(text, label, label_end, after_number=n_numeric > 0) or end
        if at(text, label_end) != ord(".") or label_end - start > _ADDRESS_BYTES_MAX:
            break
        label = label_end + 1
    return None if n_numeric > 1 else end


def _label_end(text: bytes, start: int) -> int:
    end = start
    while end - start <= _LABEL_BYTES_MAX:
        if at(text, end) in ALNUM or at(text, end) == ord("-"):
            end += 1
        elif letter := _LETTER.match(text, end):
            end = letter.end()
        else:
            break
    return end


def _top_level_end(text: bytes, start: int, end: int, *, after_number: bool) -> int | None:
    """The end of the top-level domain that the label is, or begins with before a hyphen."""
    label = text[start:end]
    if label[:4].lower() == b"xn--" and len(label) > len("xn--") and label[-1:] != b"-":
        return end
    letters = label.partition(b"-")[0]
    name = letters.lower()
    is_file = name in _FILE_ENDINGS or (after_number and name in _FILE_ENDINGS_OF_COUNTRIES)
    fits = len(letters.decode("utf-8", "replace")) in _TLD_LETTERS and not DIGITS & {*letters}
    return start + len(letters) if fits and not is_file else None


def _is_of_url(text: bytes, start: int) -> bool:
    """Whether what starts here is the user name or password of a URL."""
    front = text[max(0, start - _USERINFO_BYTES_MAX) : start]
    found = _USERINFO.search(front)
    return found is not None and not front[: found.start()].lower().endswith(b"mailto")


def _is_clone_url(text: bytes, start: int, end: int) -> bool:
    """`git@host:path` or `git@host/path`."""
    return text[start : start + 4].lower() == b"git@" and _CLONE.match(text, end) is not None


EMAIL = Detector("email", (literal(b"@"),), detect)
