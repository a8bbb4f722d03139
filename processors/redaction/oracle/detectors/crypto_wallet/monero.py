"""Addresses of Monero: Base58 in blocks of eight bytes, and the start of a Keccak-256."""

from __future__ import annotations

from spanloom.processors.redaction.oracle.detectors.crypto_wallet.base58 import BITCOIN
from spanloom.processors.redaction.oracle.detectors.crypto_wallet.keccak import keccak_256

LENGTHS = (95, 106)
"""Of an address, and of one with a payment id in it."""
_NETWORKS = bytes([18, 19, 42, 53, 54, 63, 24, 25, 36])
"""Standard, integrated and sub-addresses of the main, the test and the stage network."""
_CHECKSUM_BYTES = 4
_BLOCK_LEN = 11
_BLOCK_BYTES = {11: 8, 7: 5}


def is_address(word: bytes) -> bool:
    decoded = b"".join(
        _block(word[start : start + _BLOCK_LEN]) for start in range(0, len(word), _BLOCK_LEN)
    )
    n_blocks, rest = divmod(len(word), _BLOCK_LEN)
    if len(decoded) != n_blocks * 8 + _BLOCK_BYTES.get(rest, 0) or decoded[0] not in _NETWORKS:
        return False
    payload, checksum = decoded[:-_CHECKSUM_BYTES], decoded[-_CHECKSUM_BYTES:]
    return keccak_256(payload).startswith(checksum)


def _block(characters: bytes) -> bytes:
    """Eight bytes, or the five of the last block; empty if it is none."""
    number = 0
    for character in characters:
        if character not in BITCOIN:
            return b""
        number = number * 58 + BITCOIN.index(character)
    n_bytes = _BLOCK_BYTES.get(len(characters), 0)
    return number.to_bytes(n_bytes) if number < 1 << 8 * n_bytes else b""
