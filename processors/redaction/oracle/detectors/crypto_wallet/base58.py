"""Base58, and Base58Check: the last four bytes are the start of a double SHA-256."""

from __future__ import annotations

import hashlib

BITCOIN = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
KEY_OF_32_BYTES_LENGTHS = (43, 44)
ADDRESS_LENGTHS = range(25, 36)
_KEY_LENGTHS = (51, 52)
_ADDRESS_VERSIONS = bytes([0x00, 0x05, 0x6F, 0xC4, 0x30, 0x32, 0x1E, 0x16, 0x41, 0x4C])
"""Bitcoin, its test network, Litecoin, Dogecoin, Tron, Dash."""
_LONG_VERSIONS = (b"\x1c\xb8", b"\x1c\xbd")
"""Of Zcash."""
_KEY_VERSIONS = bytes([0x80, 0xEF, 0xB0, 0x9E])
"""Of private keys: Bitcoin, its test network, Litecoin, Dogecoin."""
_HASH_BYTES = 20
_CHECKSUM_BYTES = 4


def is_checked(word: bytes) -> bool:
    """Whether it is an address or a private key with the right checksum."""
    payload = _checked(word, BITCOIN)
    if len(word) in ADDRESS_LENGTHS:
        return _is_address(payload) or _is_ripple(word)
    is_key = len(payload) in (33, 34) and payload[0] in _KEY_VERSIONS
    return len(word) in _KEY_LENGTHS and is_key


def _is_address(payload: bytes) -> bool:
    version = payload[:-_HASH_BYTES]
    is_short = len(version) == 1 and version in _ADDRESS_VERSIONS
    return is_short or version in _LONG_VERSIONS


def _is_ripple(word: bytes) -> bool:
    payload = _checked(word, _RIPPLE) if word.startswith(b"r") else b""
    return len(payload) == 1 + _HASH_BYTES and payload[0] == 0


def is_key_of_32_bytes(word: bytes) -> bool:
    """Such as Solana's public keys: any of them is an address."""
    return len(_decoded(word, BITCOIN)) == 32  # noqa: PLR2004


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
