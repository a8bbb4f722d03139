"""Addresses of Ethereum and its relatives: 20 bytes in hex."""

from __future__ import annotations

import re

from spanloom.processors.redaction.oracle.detectors.crypto_wallet.keccak import keccak_256
from spanloom.processors.redaction.oracle.detectors.look import has_both_cases

_DIGITS = re.compile(rb"([0-9A-Fa-f])(?!\1*\Z)[0-9A-Fa-f]{39}")
_CHECKED = 95
_UNCHECKED = 80


def score(digits: bytes) -> int:
    """The score of the address whose digits behind `0x` are these; 0 if it is none."""
    if not _DIGITS.fullmatch(digits):
        return 0
    if not has_both_cases(digits):
        return _UNCHECKED
    return _CHECKED if _has_checksum(digits.decode()) else 0


def _has_checksum(digits: str) -> bool:
    """EIP-55: a letter is upper case where the hash has a digit above 7."""
    hashed = keccak_256(digits.lower().encode()).hex()
    return all(
        digit.isdigit() or digit.isupper() == (int(hash_digit, 16) > 7)  # noqa: PLR2004
        for digit, hash_digit in zip(digits, hashed, strict=False)
    )
