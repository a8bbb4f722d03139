"""Addresses of Ethereum and its relatives: 20 bytes in hex."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spanloom.processors.redaction.oracle.detectors.anchors import Match, Site
from spanloom.processors.redaction.oracle.detectors.crypto_wallet.keccak import keccak_256
from spanloom.processors.redaction.oracle.detectors.look import has_both_cases, inside_word

_ADDRESS = re.compile(rb"0x(([0-9A-Fa-f])(?!\2*(?![0-9A-Fa-f]))[0-9A-Fa-f]{39})(?![0-9A-Fa-f])")
_CHECKED = 95
_UNCHECKED = 80


def address(site: Site) -> Iterator[Match]:
    """The address that begins with `0x` at the site."""
    found = _ADDRESS.match(site.text, site.start)
    if not found or inside_word(site.text, *found.span()):
        return
    if not has_both_cases(found[1]):
        yield Match(*found.span(), _UNCHECKED)
    elif _has_checksum(found[1].decode()):
        yield Match(*found.span(), _CHECKED)


def _has_checksum(digits: str) -> bool:
    """EIP-55: a letter is upper case where the hash has a digit above 7."""
    hashed = keccak_256(digits.lower().encode()).hex()
    return all(
        digit.isdigit() or digit.isupper() == (int(hash_digit, 16) > 7)  # noqa: PLR2004
        for digit, hash_digit in zip(digits, hashed, strict=False)
    )
