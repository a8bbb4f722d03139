"""What tells a secret from the place where one would stand."""

from __future__ import annotations

import base64
import re
import zlib

_PLACEHOLDER_PARTS = re.compile(
    rb"\.\.\.|\*\*\*|xxxx|change[_-]?me|example|insert|placeholder|redacted"
    rb"|replace|your"
)
_PLACEHOLDERS = frozenset(
    b"dummy empty false foobar none null pass passwd password pwd sample secret string test testing"
    b" todo token true undefined unknown value".split()
)
_TEMPLATE = re.compile(
    rb"<.*>|\$\{.*\}|\{\{.*\}\}|\$\(.*\)|%\(.*\)|\[.*\]",
    re.DOTALL,
)
_REPETITION = re.compile(rb"(.)\1*", re.DOTALL)
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GITHUB = re.compile(rb"(?:.*_)?([0-9A-Za-z]+)([0-9A-Za-z]{6})", re.DOTALL)


def not_placeholder(text: bytes) -> bool:
    """False for `sk-xxxx`, `AKIA…EXAMPLE`, `<your key>`, `${TOKEN}` and their like."""
    lower = text.lower()
    longest = max((len(match[0]) for match in _REPETITION.finditer(text)), default=0)
    return not (
        lower in _PLACEHOLDERS
        or _PLACEHOLDER_PARTS.search(lower)
        or _TEMPLATE.search(text)
        or longest * 2 > len(text)
    )


def mixed(text: bytes) -> bool:
    """A digit and a letter at least."""
    return re.search(rb"[0-9]", text) is not None and re.search(rb"[A-Za-z]", text) is not None


def decode_base64(text: bytes) -> bytes | None:
    """The bytes behind base64 of either alphabet; None if it is none.

    A last character's spare bits are not looked at, and padding may lack.
    """
    standard = text.translate(bytes.maketrans(b"-_", b"+/")) if re.search(rb"[-_]", text) else text
    match = re.fullmatch(rb"([A-Za-z0-9+/]*)(={0,2})", standard)
    is_mixed = re.search(rb"[-_]", text) and re.search(rb"[+/]", text)
    if not match or is_mixed or not _is_padded_well(len(match[1]), len(match[2])):
        return None
    return base64.b64decode(match[1] + b"=" * (-len(match[1]) % 4))


def _is_padded_well(n_letters: int, n_padding: int) -> bool:
    missing = -n_letters % 4
    return n_letters % 4 != 1 and n_padding <= missing


def base64_json(text: bytes) -> bool:
    """Whether the text is base64 of a JSON object."""
    decoded = (decode_base64(text) or b"").strip(b" \t\n\f\r")
    return decoded.startswith(b"{") and decoded.endswith(b"}")


def github_crc32(text: bytes) -> bool:
    """After the last `_`, random characters and six base62 digits of their CRC-32."""
    match = _GITHUB.fullmatch(text)
    if not match:
        return False
    value = 0
    for character in match[2].decode():
        value = value * 62 + _BASE62.index(character)
    return value == zlib.crc32(match[1])
