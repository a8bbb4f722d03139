"""Tokens of an image, by the rules that the makers of models publish.

OpenAI: 85, and 170 for each tile of 512 pixels, after the image is shrunk to fit 2,048 x 2,048
and to a shorter side of 768; detail `low` costs 85. Claude: a token per 750 pixels, after the
longer side is shrunk to 1,568. Gemini: 258 for each tile of 768 pixels. Images whose size is not
in the text count as 1,024 x 1,024, as in instrumentation-sdk.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spanloom.processors.token_count.families import Family

Size = tuple[int, int]

UNKNOWN_SIZE: Final[Size] = (1024, 1024)
# A JPEG's size stands behind its metadata, of which a segment has at most 64 KiB.
_HEAD_CHARACTERS: Final = 4 * 65_536
_SIDE_MAX: Final = 1 << 20
_DATA_URI: Final = re.compile(r"data:image/[\w.+-]+(?:;[\w=-]+)*;base64,")
# Start-of-frame markers; C4, C8 and CC mean something else.
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_tokens(size: Size | None, detail: str, family: Family) -> int:
    """Tokens of an image; `detail` is `low`, `high` or `auto`, `size` None where unknown."""
    width, height = size or UNKNOWN_SIZE
    if family == "claude":
        width, height = _shrunk(width, height, 1568 / max(width, height))
        return math.ceil(width * height / 750)
    if family == "gemma":
        return 258 * math.ceil(width / 768) * math.ceil(height / 768)
    if detail == "low":
        return 85
    width, height = _shrunk(width, height, 2048 / max(width, height))
    width, height = _shrunk(width, height, 768 / min(width, height))
    return 85 + 170 * math.ceil(width / 512) * math.ceil(height / 512)


def _shrunk(width: int, height: int, ratio: float) -> Size:
    if ratio >= 1:
        return width, height
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def size_of_uri(uri: str) -> Size | None:
    """Width and height of an image in a data URI; None where it cannot be told."""
    match = _DATA_URI.match(uri)
    return size_of_base64(uri[match.end() : match.end() + _HEAD_CHARACTERS]) if match else None


def size_of_base64(content: str) -> Size | None:
    """Width and height of a PNG, GIF or JPEG, from its beginning; None where it has none."""
    head = content[:_HEAD_CHARACTERS]
    try:
        image = base64.b64decode(head[: len(head) // 4 * 4], altchars=None)
        size = _size(image)
    except (binascii.Error, ValueError, struct.error):
        return None
    sane = size is not None and all(0 < side <= _SIDE_MAX for side in size)
    return size if sane else None


def _size(image: bytes) -> Size | None:
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack_from(">II", image, 16)
        return width, height
    if image.startswith((b"GIF87a", b"GIF89a")):
        width, height = struct.unpack_from("<HH", image, 6)
        return width, height
    return _jpeg_size(image) if image.startswith(b"\xff\xd8") else None


def _jpeg_size(image: bytes) -> Size | None:
    """From the first start of frame. Raises struct.error where the image ends before it."""
    offset = 2
    while True:
        fill, marker, n_bytes = struct.unpack_from(">BBH", image, offset)
        if fill != 0xFF:  # noqa: PLR2004 - every marker begins with it
            return None
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", image, offset + 5)
            return width, height
        offset += 2 + n_bytes
