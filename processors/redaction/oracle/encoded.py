"""Text behind base64 or hex."""

from __future__ import annotations

import base64
import binascii
import re

RUN_BYTES_MIN = 24
_PRINTABLE_PERCENT_MIN = 90
_MAGICS = (b"GIF8", b"%PDF-", b"PK\x03\x04", b"RIFF", b"OggS", b"ID3", b"fLaC", b"\x7fELF")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})+")
_UNPRINTABLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_URL_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def from_hex(encoded: bytes, bytes_max: int) -> bytes | None:
    """None if it is not all hex."""
    if not _HEX.fullmatch(encoded):
        return None
    return bytes.fromhex(encoded[: 2 * bytes_max].decode())


def from_base64(encoded: bytes, bytes_max: int) -> bytes | None:
    """At most so many bytes behind base64 of one alphabet, cut anywhere; None if it is mixed."""
    letters = encoded.rstrip(b"=")[: bytes_max // 3 * 4]
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    if re.search(rb"[-_]", letters):
        if re.search(rb"[+/]", letters):
            return None
        letters = letters.translate(_URL_TO_STANDARD)
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except binascii.Error:
        return None


def text_in(decoded: bytes) -> bytes:
    """The text that decoded bytes are, without a character cut at their end; empty if none."""
    try:
        decoded.decode()
        text = decoded
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return b""
        text = decoded[: error.start]
    n_printable = len(text) - len(_UNPRINTABLE.findall(text))
    is_text = n_printable * 100 >= len(text) * _PRINTABLE_PERCENT_MIN
    return text if is_text and not text.startswith(_MAGICS) else b""
