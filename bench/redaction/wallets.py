"""Addresses of crypto wallets with valid checksums, made from the published encodings."""

from __future__ import annotations

import base64
import binascii
import hashlib
import random

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32_CHECK = 1
BECH32M_CHECK = 0x2BC830A3
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# Version bytes of Base58Check: Bitcoin P2PKH and P2SH, Litecoin, Dogecoin, Tron.
VERSIONS = {"btc": 0x00, "btc_p2sh": 0x05, "ltc": 0x30, "doge": 0x1E, "tron": 0x41}
KINDS = ("segwit", "segwit_script", "taproot", "ltc_segwit", "eth", "eth", "stellar")
ROUND_CONSTANTS = (
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
    0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
    0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
)  # fmt: skip
MASK = (1 << 64) - 1


def base58check(version: int, payload: bytes) -> str:
    body = bytes([version]) + payload
    body += hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, text = int.from_bytes(body), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(body) - len(body.lstrip(b"\0"))) + text


def bech32(prefix: str, version: int, program: bytes) -> str:
    """BIP 173 for version 0, BIP 350 for later ones."""
    check = BECH32M_CHECK if version else BECH32_CHECK
    words = [version, *five_bit_words(program)]
    high = [ord(letter) >> 5 for letter in prefix]
    low = [ord(letter) & 31 for letter in prefix]
    sum_ = polymod([*high, 0, *low, *words, 0, 0, 0, 0, 0, 0]) ^ check
    words += [(sum_ >> 5 * (5 - index)) & 31 for index in range(6)]
    return f"{prefix}1{''.join(BECH32[word] for word in words)}"


def five_bit_words(data: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]


def polymod(words: list[int]) -> int:
    sum_ = 1
    for word in words:
        top = sum_ >> 25
        sum_ = (sum_ & 0x1FFFFFF) << 5 ^ word
        for index, generator in enumerate(GENERATOR):
            sum_ ^= generator if top >> index & 1 else 0
    return sum_


def ethereum(payload: bytes) -> str:
    """`0x` and 40 hex digits whose case is the checksum of EIP-55."""
    digits = payload.hex()
    check = keccak256(digits.encode()).hex()
    cased = (a.upper() if int(b, 16) > 7 else a for a, b in zip(digits, check, strict=False))
    return "0x" + "".join(cased)


def stellar(key: bytes) -> str:
    """SEP 23: the version of an account, its key and a CRC, in base 32."""
    body = bytes([6 << 3]) + key
    return base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode()


def keccak256(data: bytes) -> bytes:
    """Keccak with its first padding, of at most 135 bytes; `hashlib.sha3_256` pads otherwise."""
    block = bytearray(data.ljust(136, b"\0"))
    block[len(data)] ^= 0x01
    block[135] ^= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for index in range(17):
        lanes[index % 5][index // 5] = int.from_bytes(block[8 * index : 8 * index + 8], "little")
    for constant in ROUND_CONSTANTS:
        lanes = keccak_round(lanes, constant)
    return b"".join(lanes[index][0].to_bytes(8, "little") for index in range(4))


def keccak_round(lanes: list[list[int]], constant: int) -> list[list[int]]:
    columns = [a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] for a in lanes]
    for x in range(5):
        mix = columns[x - 1] ^ rotate(columns[(x + 1) % 5], 1)
        lanes[x] = [lane ^ mix for lane in lanes[x]]
    moved = [[0] * 5 for _ in range(5)]
    moved[0][0] = lanes[0][0]
    x, y = 1, 0
    for step in range(24):
        moved[y][(2 * x + 3 * y) % 5] = rotate(lanes[x][y], (step + 1) * (step + 2) // 2)
        x, y = y, (2 * x + 3 * y) % 5
    out = [
        [moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y]) for y in range(5)]
        for x in range(5)
    ]
    out[0][0] ^= constant
    return out


def rotate(lane: int, by: int) -> int:
    by %= 64
    return (lane << by | lane >> (64 - by)) & MASK


def wallet(rng: random.Random) -> str:
    """An address of any kind."""
    kind = rng.choice([*VERSIONS, *KINDS])
    payload = rng.randbytes(20)
    if kind == "stellar":
        return stellar(rng.randbytes(32))
    if kind in VERSIONS:
        return base58check(VERSIONS[kind], payload)
    if kind == "eth":
        return ethereum(payload) if rng.random() < 0.7 else "0x" + payload.hex()
    if kind == "ltc_segwit":
        return bech32("ltc", 0, payload)
    program = payload if kind == "segwit" else rng.randbytes(32)
    return bech32("bc", 1 if kind == "taproot" else 0, program)
