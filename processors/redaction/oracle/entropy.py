"""How much a text says."""

from __future__ import annotations

import math


def entropy(text: bytes) -> float:
    """Shannon's, in bits per byte."""
    shares = [text.count(byte) / len(text) for byte in sorted(set(text))]
    return sum(-share * math.log2(share) for share in shares)
