"""Addresses of Bitcoin Cash: 20 bytes in the characters of Bech32, with a checksum of 40 bits."""

from __future__ import annotations

from spanloom.processors.redaction.oracle.detectors.crypto_wallet.bech32 import (
    CHARACTERS,
    checksum,
)

_LEN = 42
_PREFIX = b"bitcoincash"
_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)


def is_address(word: bytes) -> bool:
    """Whether it is an address without its prefix."""
    values = word.lower()
    if len(word) != _LEN or values[0] not in b"qp" or set(values) - set(CHARACTERS):
        return False
    prefix = [byte & 31 for byte in _PREFIX]
    return checksum([*prefix, 0, *map(CHARACTERS.index, values)], _GENERATOR, 40) == 1


def start(text: bytes, start: int) -> int:
    """Where the address that starts here begins with its prefix, if that is there."""
    before = text[:start].lower()
    return start - len(_PREFIX) - 1 if before.endswith(_PREFIX + b":") else start
