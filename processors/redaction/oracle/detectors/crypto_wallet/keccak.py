"""Keccak-256 as Ethereum and Monero use it: SHA-3 before it was given its final padding."""

from __future__ import annotations

_RATE_BYTES = 136
_LANE_MASK = (1 << 64) - 1
_ROUNDS = 24


def keccak_256(message: bytes) -> bytes:
    """The digest, after the Keccak reference (keccak.team)."""
    padded = bytearray(message + b"\x01" + bytes(-(len(message) + 1) % _RATE_BYTES))
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), _RATE_BYTES):
        for index in range(_RATE_BYTES // 8):
            lane = padded[start + 8 * index : start + 8 * index + 8]
            lanes[index % 5][index // 5] ^= int.from_bytes(lane, "little")
        lanes = _permuted(lanes)
    return b"".join(lanes[index][0].to_bytes(8, "little") for index in range(4))


def _permuted(lanes: list[list[int]]) -> list[list[int]]:
    register = 1
    for _ in range(_ROUNDS):
        lanes = _chi(_rho_pi(_theta(lanes)))
        for bit in range(7):
            register = (register << 1 ^ (register >> 7) * 0x71) % 256
            if register & 2:
                lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return lanes


def _theta(lanes: list[list[int]]) -> list[list[int]]:
    parity = [lane[0] ^ lane[1] ^ lane[2] ^ lane[3] ^ lane[4] for lane in lanes]
    mixed = [parity[(x + 4) % 5] ^ _rotated(parity[(x + 1) % 5], 1) for x in range(5)]
    return [[lanes[x][y] ^ mixed[x] for y in range(5)] for x in range(5)]


def _rho_pi(lanes: list[list[int]]) -> list[list[int]]:
    turned = [lane[:] for lane in lanes]
    x, y, current = 1, 0, lanes[1][0]
    for step in range(_ROUNDS):
        x, y = y, (2 * x + 3 * y) % 5
        current, turned[x][y] = lanes[x][y], _rotated(current, (step + 1) * (step + 2) // 2)
    return turned


def _chi(lanes: list[list[int]]) -> list[list[int]]:
    return [
        [lanes[x][y] ^ (~lanes[(x + 1) % 5][y] & lanes[(x + 2) % 5][y]) for y in range(5)]
        for x in range(5)
    ]


def _rotated(lane: int, n_bits: int) -> int:
    n_bits %= 64
    return (lane << n_bits | lane >> (64 - n_bits)) & _LANE_MASK
