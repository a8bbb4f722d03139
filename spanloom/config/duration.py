"""Go's duration strings, read and written (`time.ParseDuration`, `Duration.String`)."""

from __future__ import annotations

import re

DURATION_PATTERN = r"^(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$"

_WHOLE = re.compile(DURATION_PATTERN, re.ASCII)
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
# The micro sign and the Greek letter look the same; Go takes both.
_NS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_TEXT_LENGTH_MAX = 64
_NS_MAX = 2**63 - 1  # Go keeps durations in an int64


def parse_duration(text: str) -> float:
    """Seconds of a Go duration such as `1m30s`. Raises ValueError with the rule."""
    if text.startswith("-"):
        raise ValueError("a duration must not be negative")
    if len(text) > _TEXT_LENGTH_MAX or not _WHOLE.match(text):
        raise ValueError("must be a duration such as '200ms' or '1m30s'")
    n_ns = sum(float(number) * _NS[unit] for number, unit in _PART.findall(text))
    if n_ns > _NS_MAX:
        raise ValueError("a duration must lie below 292 years")
    return n_ns / 10**9


def format_duration(seconds: float) -> str:
    """The Go form: 0.2 is `200ms`, 90 is `1m30s`, 0 is `0s`."""
    n_ns = round(seconds * 10**9)
    if n_ns == 0:
        return "0s"
    if n_ns < _NS["s"]:
        unit = next(unit for unit in ("ms", "us", "ns") if n_ns >= _NS[unit])
        return f"{_decimal(n_ns, _NS[unit])}{unit}"
    hours, rest = divmod(n_ns, _NS["h"])
    minutes, rest = divmod(rest, _NS["m"])
    text = f"{hours}h" if hours else ""
    text += f"{minutes}m" if minutes or hours else ""
    return f"{text}{_decimal(rest, _NS['s'])}s"


def _decimal(n_ns: int, unit_ns: int) -> str:
    whole, rest = divmod(n_ns, unit_ns)
    if not rest:
        return str(whole)
    digits = str(rest).rjust(len(str(unit_ns)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}"
