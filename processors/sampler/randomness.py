"""The 56 bits of randomness that a decision stands on, from ids, vectorised.

Every replica computes the same from the same item; nothing is drawn.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spanloom.processors.sampler.threshold import MAX_RANDOMNESS, NEVER

U64 = NDArray[np.uint64]
Ids = NDArray[np.uint8]

_MASK_56 = np.uint64(MAX_RANDOMNESS)
_FNV_BASIS = 0x811C9DC5
_FNV_PRIME = np.array(0x01000193, np.uint32)
_BUCKETS = 0x4000
_BUCKET_MASK = np.uint64(_BUCKETS - 1)
# 256^k modulo 100 for the bytes of a digest, the last byte first: 256 mod 100 is 56.
_MODULO_WEIGHTS = np.array([pow(256, 31 - i, 100) for i in range(32)], np.int64)
_PERCENT_STARTS = np.array([-(-i * NEVER // 100) for i in range(101)], np.uint64)


def of_trace_ids(ids: Ids) -> U64:
    """(n,) the low 56 bits of each id, as W3C Trace Context level 2 has it.

    Args:
        ids: (n, 16). Ids whose high 64 bits are zero (SGLang's) lose nothing: the 56 bits
            are the lowest.
    """
    randomness: U64 = _words(ids)[:, 1].byteswap() & _MASK_56
    return randomness


def are_empty(ids: Ids) -> NDArray[np.bool_] | None:
    """(n,) True where an id is all zeros, which stands for none; None: nowhere."""
    words = _words(ids)
    last = words[:, -1]
    # The usual case needs one look only.
    if np.count_nonzero(last) == len(last):
        return None
    empty: NDArray[np.bool_] = np.equal(np.bitwise_or(words[:, 0], last), np.uint64(0))
    return empty if np.count_nonzero(empty) else None


def _words(ids: Ids) -> U64:
    """(n, 1 or 2) the ids of 8 or 16 bytes as they lie in memory."""
    return np.ascontiguousarray(ids).view(np.uint64)


def fnv1a(ids: Ids, seed: int) -> NDArray[np.uint32]:
    """(n,) FNV-1a of the seed (4 bytes, little-endian) and each id."""
    start = _FNV_BASIS
    for byte in seed.to_bytes(4, "little"):
        start = ((start ^ byte) * 0x01000193) & 0xFFFFFFFF
    hashed = np.full(len(ids), start, np.uint32)
    for column in np.ascontiguousarray(ids.T, np.uint32):
        np.bitwise_xor(hashed, column, hashed)
        np.multiply(hashed, _FNV_PRIME, hashed)
    return hashed


def fnv1a_of(data: bytes, seed: int) -> int:
    """FNV-1a of the seed and the data."""
    hashed = _FNV_BASIS
    for byte in seed.to_bytes(4, "little") + data:
        hashed = ((hashed ^ byte) * 0x01000193) & 0xFFFFFFFF
    return hashed


def of_hashes(hashed: NDArray[np.uint32]) -> U64:
    """(n,) randomness that decides as the Collector's `hash_seed` mode always did.

    Kept was what has `hash & 0x3fff` below the bucket of the percentage; turned round, those 14
    bits lead the randomness. The other bits fill the rest as the Collector does it, because
    it is written out as `rv`.
    """
    wide = hashed.astype(np.uint64)
    bucket = wide & _BUCKET_MASK
    unused = wide >> np.uint64(18)
    mixed = unused ^ (unused << np.uint64(10))
    lead = np.uint64(_BUCKETS - 1) - bucket
    randomness: U64 = (lead << np.uint64(42)) | (mixed << np.uint64(14)) | bucket
    return randomness


def of_digests(digests: Sequence[bytes]) -> U64:
    """(n,) randomness that decides as instrumentation-sdk's SHA-256 modulo 100 does.

    Its rule keeps remainder 0; k per cent keep the remainders below k. Remainder r gets the
    (99 - r)-th hundredth of all randomness, and the digest's high bits the place in it.
    """
    table = np.frombuffer(b"".join(digests), np.uint8).reshape(len(digests), 32)
    part = 99 - (table.astype(np.int64) @ _MODULO_WEIGHTS) % 100
    start = _PERCENT_STARTS[part]
    place = np.ascontiguousarray(table[:, :8]).view(">u8")[:, 0].astype(np.uint64)
    randomness: U64 = start + place % (_PERCENT_STARTS[part + 1] - start)
    return randomness


def percent_threshold(percent: float) -> int:
    """The threshold that `of_digests` is made for: exact for whole per cents."""
    if percent == int(percent):
        return int(_PERCENT_STARTS[100 - int(percent)])
    return NEVER - int(percent * NEVER / 100)


def digest_of(value: Any) -> bytes:
    """SHA-256 of an id in the forms that instrumentation-sdk knows.

    A text that reads as a UUID (32 hex digits, with or without dashes) counts as its 16 bytes,
    other text as UTF-8, bytes as they are, anything else as its text.
    """
    if isinstance(value, bytes):
        return hashlib.sha256(value).digest()
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return hashlib.sha256(uuid.UUID(value).bytes).digest()
    return hashlib.sha256(str(value).encode("utf-8", "replace")).digest()
