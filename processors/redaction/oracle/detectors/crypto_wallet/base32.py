"""Addresses in base 32 with a checksum: of Stellar, its secret seeds, and of Algorand."""

from __future__ import annotations

import base64
import binascii
import hashlib

_STELLAR_LEN = 56
_ALGORAND_LEN = 58
_STELLAR_VERSIONS = (6 << 3, 18 << 3)
"""First bytes of Stellar's: an account, a seed."""
_CRC_BYTES = 2
_HASH_BYTES = 4


def is_address(word: bytes) -> bool:
    if len(word) not in (_STELLAR_LEN, _ALGORAND_LEN):
        return False
    try:
        decoded = base64.b32decode(word + b"=" * (-len(word) % 8))
    except binascii.Error:
        return False
    return _is_of_stellar(decoded) if len(word) == _STELLAR_LEN else _is_of_algorand(decoded)


def _is_of_stellar(decoded: bytes) -> bool:
    payload, checksum = decoded[:-_CRC_BYTES], decoded[-_CRC_BYTES:]
    crc = binascii.crc_hqx(payload, 0)
    return payload[0] in _STELLAR_VERSIONS and crc.to_bytes(_CRC_BYTES, "little") == checksum


def _is_of_algorand(decoded: bytes) -> bool:
    key, checksum = decoded[:-_HASH_BYTES], decoded[-_HASH_BYTES:]
    return hashlib.new("sha512_256", key).digest().endswith(checksum)
