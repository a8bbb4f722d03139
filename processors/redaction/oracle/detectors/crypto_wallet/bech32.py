"""Bech32 and Bech32m (BIP 173 and BIP 350): letters and digits of one case behind a prefix."""

from __future__ import annotations

CHARACTERS = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_RESIDUES = (1, 0x2BC830A3)
_ADDRESS_BYTES_MAX = 120
_DATA_LEN_MIN = 11
_PREFIXES = frozenset(
    b"bc tb bcrt ltc tltc addr stake cosmos osmo juno terra inj celestia kava thor bnb sei dydx"
    b" akash axelar stars secret erd avax".split()
)
"""What stands before the last 1: Bitcoin and its test network, Litecoin, Cardano, Cosmos and
others built like it, MultiversX, Avalanche."""


def is_address(word: bytes) -> bool:
    """Whether the word, which is of one case, is an address with the right checksum."""
    prefix, _, data = word.lower().rpartition(b"1")
    if len(word) > _ADDRESS_BYTES_MAX or len(data) < _DATA_LEN_MIN or prefix not in _PREFIXES:
        return False
    if set(data) - set(CHARACTERS):
        return False
    return _residue(prefix, [CHARACTERS.index(character) for character in data]) in _RESIDUES


def _residue(prefix: bytes, values: list[int]) -> int:
    high, low = [byte >> 5 for byte in prefix], [byte & 31 for byte in prefix]
    return checksum([*high, 0, *low, *values], _GENERATOR, 30)


def checksum(values: list[int], generator: tuple[int, ...], n_bits: int) -> int:
    """Of so many bits, by a cyclic code over values of five bits."""
    total = 1
    for value in values:
        top, rest = divmod(total, 1 << n_bits - 5)
        total = rest << 5 ^ value
        for bit, term in enumerate(generator):
            total ^= term if top >> bit & 1 else 0
    return total
