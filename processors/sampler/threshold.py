"""Rejection thresholds: how a sampling probability is written on 56 bits.

An item with randomness R is kept at threshold T when R >= T; both are below 2^56. The same R is
kept at every smaller T, that is at every larger probability. Formats and rounding are those of
the OpenTelemetry specification (trace/tracestate-probability-sampling.md) and of the Collector's
`pkg/sampling`, version 0.164.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

ALWAYS = 0
NEVER = 1 << 56
"""As a threshold: keeps nothing. As a number: how many values the randomness has."""
MAX_RANDOMNESS = NEVER - 1
MIN_PROBABILITY = 1.0 / NEVER
HEX_DIGITS = 14

_THRESHOLD = re.compile(r"[0-9a-fA-F]{1,14}")
_RANDOMNESS = re.compile(r"[0-9a-fA-F]{14}")


@lru_cache(maxsize=4096)
def threshold_of(probability: float, precision: int = HEX_DIGITS) -> int:
    """The threshold of a probability, in so many significant hex digits.

    Leading `0` or `f` digits do not count as significant, so that the relative error stays
    the same near both ends.

    Args:
        probability: 1 and above keep all; below 2^-56 nothing can be kept.
        precision: 1 to 14.
    """
    if not probability >= MIN_PROBABILITY:
        return NEVER
    if probability >= 1.0:
        return ALWAYS
    digits = min(HEX_DIGITS, precision + _leading_digits(probability))
    threshold = NEVER - _rounded(probability * NEVER)
    shift = 4 * (HEX_DIGITS - digits)
    if shift:
        threshold = ((threshold + (1 << (shift - 1))) >> shift) << shift
    return threshold


def _rounded(value: float) -> int:
    """The nearest integer, halves up, as Go's math.Round; adding 0.5 would itself round."""
    whole = math.floor(value)
    return whole + (value - whole >= 0.5)  # noqa: PLR2004


def _leading_digits(probability: float) -> int:
    """How many digits `0` or `f` the threshold begins with."""
    kept, rejected = math.frexp(probability)[1], math.frexp(1.0 - probability)[1]
    return max(-kept // 4, -rejected // 4)


def probability_of(threshold: int) -> float:
    """The part of all randomness values that a threshold keeps: 1 divided by the weight."""
    return (NEVER - threshold) / NEVER


@lru_cache(maxsize=4096)
def format_threshold(threshold: int) -> str:
    """As it stands behind `th:`: trailing zeros cut, `0` for all; empty for `NEVER`."""
    if threshold >= NEVER:
        return ""
    return f"{threshold:014x}".rstrip("0") or "0"


def format_randomness(randomness: int) -> str:
    """As it stands behind `rv:`."""
    return f"{randomness:014x}"


def parse_threshold(text: str) -> int | None:
    """What `th:` says; None where it is no threshold."""
    if _THRESHOLD.fullmatch(text) is None:
        return None
    return int(text, 16) << 4 * (HEX_DIGITS - len(text))


def parse_randomness(text: str) -> int | None:
    """What `rv:` says; None where it is no randomness."""
    return int(text, 16) if _RANDOMNESS.fullmatch(text) else None
