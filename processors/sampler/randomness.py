"""The 56 bits of randomness that a decision stands on: their types, and what ids become bytes.

Every replica computes the same from the same item; nothing is drawn. The bits themselves are
made by `spanloom_native.Randomness`.
"""

from __future__ import annotations

import contextlib
import uuid
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spanloom.processors.sampler.threshold import NEVER

U64 = NDArray[np.uint64]


def percent_threshold(percent: float) -> int:
    """The threshold that randomness of SHA-256 is made for: exact for whole per cents."""
    if percent == int(percent):
        # The start of a hundredth of all randomness, rounded up.
        return -(-(100 - int(percent)) * NEVER // 100)
    return NEVER - int(percent * NEVER / 100)


def id_bytes(value: Any) -> bytes:
    """An id in the forms that instrumentation-sdk knows, as it hashes them.

    A text that reads as a UUID (32 hex digits, with or without dashes) counts as its 16 bytes,
    other text as UTF-8, bytes as they are, anything else as its text.
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return uuid.UUID(value).bytes
    return str(value).encode("utf-8", "replace")
