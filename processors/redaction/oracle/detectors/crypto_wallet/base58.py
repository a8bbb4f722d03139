"""Base58, and Base58Check: the last four bytes are the start of a double SHA-256."""

from __future__ import annotations

import hashlib
import zlib

BITCOIN = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
UNCHECKED_LENGTHS = (43, 44, 46, 47, 48)
ADDRESS_LENGTHS = range(25, 36)
_KEY_LENGTHS = (51, 52)
_ADDRESS_VERSIONS = bytes([0x00, 0x05, 0x6F, 0xC4, 0x30, 0x32, 0x1E, 0x16, 0x41, 0x4C])
"""Bitcoin, its test network, Litecoin, Dogecoin, Tron, Dash."""
_LONG_VERSIONS = (b"\x1c\xb8", b"\x1c\xbd")
"""Of Zcash."""
_KEY_VERSIONS = bytes([0x80, 0xEF, 0xB0, 0x9E])
"""Of private keys: Bitcoin, its test network, Litecoin, Dogecoin."""
_SUBSTRATE_NETWORKS = bytes([0, 2, 42])
"""Of Polkadot, Kusama and any."""
_TEZOS_LENGTH = 36
_TEZOS_STARTS = (b"tz1", b"tz2", b"tz3", b"KT1")
_BYRON_LENGTH_MAX = 120
_BYRON_STARTS = (b"Ae2td", b"DdzFF")
_HASH_BYTES = 20
_CHECKSUM_BYTES = 4


def is_checked(word: bytes) -> bool:
    """Whether it is an address or a private key with the right checksum."""
    payload = _checked(word, BITCOIN)
    if len(word) in ADDRESS_LENGTHS:
        return _is_address(payload) or _is_ripple(word)
    if len(word) in _KEY_LENGTHS:
        return len(payload) in (33, 34) and payload[0] in _KEY_VERSIONS
    if len(word) == _TEZOS_LENGTH:
        return word.startswith(_TEZOS_STARTS) and bool(payload)
    return _is_of_byron(word)


def _is_of_byron(word: bytes) -> bool:
    """Of Cardano's first era: an array of CBOR that holds bytes and their checksum."""
    if len(word) > _BYRON_LENGTH_MAX or not word.startswith(_BYRON_STARTS):
        return False
    decoded = _decoded(word, BITCOIN)
    if not decoded.startswith(b"\x82\xd8\x18\x58"):
        return False
    payload, checksum = decoded[5 : 5 + decoded[4]], decoded[5 + decoded[4] :]
    return checksum == b"\x1a" + zlib.crc32(payload).to_bytes(4)


def _is_address(payload: bytes) -> bool:
    version = payload[:-_HASH_BYTES]
    is_short = len(version) == 1 and version in _ADDRESS_VERSIONS
    return is_short or version in _LONG_VERSIONS


def _is_ripple(word: bytes) -> bool:
    payload = _checked(word, _RIPPLE) if word.startswith(b"r") else b""
    return len(payload) == 1 + _HASH_BYTES and payload[0] == 0


def is_unchecked(word: bytes) -> bool:
    """Whether it may be an address, although that cannot be told.

    32 bytes, as all public keys of Solana are, or what Polkadot, Kusama and others built like
    them have before the checksum.
    """
    decoded = _decoded(word, BITCOIN)
    is_of_substrate = len(decoded) == 35 and decoded[0] in _SUBSTRATE_NETWORKS  # noqa: PLR2004
    return len(decoded) == 32 or is_of_substrate  # noqa: PLR2004


def _checked(word: bytes, alphabet: bytes) -> bytes:
    """What stands before the right checksum; empty if it is wrong."""
    decoded = _decoded(word, alphabet)
    payload, checksum = decoded[:-_CHECKSUM_BYTES], decoded[-_CHECKSUM_BYTES:]
    digest = hashlib.sha256(hashlib.sha256(payload).digest()).digest()
    return payload if len(decoded) >= _CHECKSUM_BYTES and digest.startswith(checksum) else b""


def _decoded(word: bytes, alphabet: bytes) -> bytes:
    """The bytes of a number written in base 58; empty if it is none."""
    number = 0
    for character in word:
        if character not in alphabet:
            return b""
        number = number * 58 + alphabet.index(character)
    # Each leading zero is a byte of its own.
    n_zeros = len(word) - len(word.lstrip(alphabet[:1]))
    return bytes(n_zeros) + number.to_bytes((number.bit_length() + 7) // 8)
