"""What a detector is: where it looks, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class Anchor:
    """What calls a detector."""

    kind: Literal["literal", "digits", "hex_groups", "hex_word", "country_check", "word", "token"]
    literal: bytes | None = None
    """Found in any case."""
    length: int = 0
    """Digits of a cluster, bytes of a word or token: at least so many; of a hex word, just so
    many."""


def literal(text: bytes) -> Anchor:
    return Anchor("literal", literal=text)


def digits(length: int) -> Anchor:
    return Anchor("digits", length=length)


def hex_word(length: int) -> Anchor:
    return Anchor("hex_word", length=length)


def word(length: int) -> Anchor:
    return Anchor("word", length=length)


def token(length: int) -> Anchor:
    return Anchor("token", length=length)


HEX_GROUPS = Anchor("hex_groups")
COUNTRY_CHECK = Anchor("country_check")
"""A word of two letters and two digits, as an IBAN in groups begins."""


class Site(NamedTuple):
    """A view, and one anchor in it."""

    text: bytes
    start: int
    end: int


class Match(NamedTuple):
    start: int
    end: int
    score: int
    """0 to 100; 0 for what is no match, but stretches in which nothing else begins."""


@dataclass(frozen=True, slots=True)
class Detector:
    name: str
    anchors: tuple[Anchor, ...]
    detect: Callable[[Site], Iterator[Match]]
    """What is at a site."""
