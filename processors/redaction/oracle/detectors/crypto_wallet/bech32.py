"""Bech32 and Bech32m (BIP 173 and BIP 350): letters and digits of one case behind a prefix."""

from __future__ import annotations

import re

from spanloom.processors.redaction.oracle.detectors.look import has_both_cases, inside_word

_CHARACTERS = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_RESIDUES = (1, 0x2BC830A3)
_ADDRESS = re.compile(rb"[0-9A-Za-z]{0,121}")
_ADDRESS_BYTES_MAX = 120
_DATA_LEN_MIN = 11


def address_end(text: bytes, start: int, data: int) -> int:
    """Where the address ends whose prefix is `start` to `data`; 0 if there is none."""
    found = _ADDRESS.match(text, start)
    address = found[0] if found else b""
    end = start + len(address)
    if len(address) > _ADDRESS_BYTES_MAX or inside_word(text, start, end):
        return 0
    if has_both_cases(address) or end < data + _DATA_LEN_MIN or text[data - 1 : data] != b"1":
        return 0
    prefix, values = text[start : data - 1].lower(), text[data:end].lower()
    if set(values) - set(_CHARACTERS):
        return 0
    indices = [_CHARACTERS.index(character) for character in values]
    return end if _residue(prefix, indices) in _RESIDUES else 0


def _residue(prefix: bytes, values: list[int]) -> int:
    high, low = [byte >> 5 for byte in prefix], [byte & 31 for byte in prefix]
    total = 1
    for value in [*high, 0, *low, *values]:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            total ^= generator if top >> bit & 1 else 0
    return total
