"""Runs of digits, hex groups and long tokens: the anchors that are no literals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.mapped import Span

_DIGITS = re.compile(rb"[0-9](?:[ \-./()+]{0,2}[0-9])*")
_HEX_GROUPS = {joint: re.compile(rb"[0-9A-Fa-f%b]+" % joint) for joint in (b":", b"-", b".")}
_WORD = re.compile(rb"[A-Za-z0-9]+")
_COUNTRY_CHECK = re.compile(rb"(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}(?![0-9A-Za-z])")
_TOKEN = re.compile(rb"([A-Za-z0-9+/_-]+)={0,2}")
_SEPARATORS_MIN = 2


def digits(text: bytes, digits_min: int) -> Iterator[Span]:
    """Every cluster of so many digits, with at most two separators between two of them."""
    for match in _DIGITS.finditer(text):
        if sum(0x30 <= byte <= 0x39 for byte in match[0]) >= digits_min:  # noqa: PLR2004
            yield match.span()


def hex_groups(text: bytes) -> list[Span]:
    """Every stretch of hex digits and one of `:-.`, with two of these or more."""
    return sorted(
        match.span()
        for separator, pattern in _HEX_GROUPS.items()
        for match in pattern.finditer(text)
        if _SEPARATORS_MIN <= match[0].count(separator) < len(match[0])
    )


def country_checks(text: bytes) -> Iterator[Span]:
    """Every word of two letters and two digits."""
    return (match.span() for match in _COUNTRY_CHECK.finditer(text))


def hex_words(text: bytes, length: int) -> Iterator[Span]:
    """Every word of just so many letters and digits, all of them hex digits."""
    for match in _WORD.finditer(text):
        if len(match[0]) == length and not match[0].strip(b"0123456789ABCDEFabcdef"):
            yield match.span()


def words(text: bytes, len_min: int) -> Iterator[Span]:
    """Every stretch of so many letters and digits."""
    for match in _WORD.finditer(text):
        if len(match[0]) >= len_min:
            yield match.span()


def tokens(text: bytes, len_min: int) -> Iterator[Span]:
    """Every stretch of so many bytes of base64 of either alphabet, with its padding."""
    for match in _TOKEN.finditer(text):
        if len(match[1]) >= len_min:
            yield match.span()
