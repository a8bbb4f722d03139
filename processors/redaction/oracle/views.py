"""A text the way rules read it, and the way back to the bytes it came from.

`fold.tsv` is the table of the native engine: one Unicode version for both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources

from spanloom.processors.redaction.oracle.mapped import Mapped, Span, Writer

Change = tuple[int, int, bytes]
"""A stretch of the source that reads differently, and what it reads as."""
Reading = Callable[[bytes], Iterator[Change]]

_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_ESCAPE = re.compile(
    rb"""\\(?:(?P<short>[ntrbf"'\\/])|x(?P<byte>[0-9A-Fa-f]{2})"""
    rb"""|u(?P<high>[Dd][89ABab][0-9A-Fa-f]{2})\\u(?P<low>[Dd][C-Fc-f][0-9A-Fa-f]{2})"""
    rb"""|u(?P<unit>[0-9A-Fa-f]{4}))"""
)
_SHORT = {b"n": "\n", b"t": "\t", b"r": "\r", b"b": "\b", b"f": "\f"}


@cache
def fold_table() -> dict[str, bytes]:
    """What stands for each character that does not stand for itself."""
    lines = resources.files(__package__).joinpath("fold.tsv").read_text("ascii").splitlines()
    table = {}
    for line in lines:
        codes, folded = line.split("\t")
        first, _, last = codes.partition("..")
        for code in range(int(first, 16), int(last or first, 16) + 1):
            table[chr(code)] = bytes.fromhex(folded)
    return table


def fold(source: bytes) -> Iterator[Change]:
    """Characters read as what they look like or mean; bytes that are no UTF-8 stay."""
    at, text = 0, source.decode("utf-8", "surrogateescape")
    for character in text:
        length = len(character.encode("utf-8", "surrogateescape"))
        if character in fold_table():
            yield at, at + length, fold_table()[character]
        at += length


def percent(source: bytes) -> Iterator[Change]:
    """`%` and two hex digits read as their byte."""
    for match in _PERCENT.finditer(source):
        yield *match.span(), bytes.fromhex(match[1].decode())


def escapes(source: bytes) -> Iterator[Change]:
    """Escapes of JSON and Python read as their character; other backslashes stay."""
    for match in _ESCAPE.finditer(source):
        yield *match.span(), _meaning(match).encode()


def _meaning(match: re.Match[bytes]) -> str:
    if match["short"]:
        return _SHORT.get(match["short"]) or match["short"].decode()
    if match["byte"]:
        return chr(int(match["byte"], 16))
    if match["high"]:
        high, low = int(match["high"], 16), int(match["low"], 16)
        return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))
    unit = int(match["unit"], 16)
    is_half = 0xD800 <= unit < 0xE000  # noqa: PLR2004
    return "\ufffd" if is_half else chr(unit)


def read(source: bytes, reading: Reading) -> tuple[Mapped, list[Span]]:
    """The text as it reads, and which stretches of the view read differently."""
    writer, changed, copied = Writer(), list[Span](), 0
    for start, end, text in reading(source):
        writer.copy(source, copied, start)
        changed.append((len(writer), len(writer) + len(text)))
        writer.write(text, (start, end))
        copied = end
    writer.copy(source, copied, len(source))
    return writer.done(), changed


def folded_text(text: bytes) -> bytes:
    return read(text, fold)[0].text
