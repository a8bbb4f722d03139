"""The W3C `tracestate` of a span, and the `ot` entry in it.

Accepts and writes what the Collector's `pkg/sampling` (version 0.164) does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from spanloom.processors.sampler.threshold import (
    parse_randomness,
    parse_threshold,
)

VENDOR = "ot"
_BYTES_MAX = 1024
_ENTRIES_MAX = 31  # the Collector refuses the 32nd
_OT_BYTES_MAX = 256

_SIMPLE_KEY = r"[a-z][a-z0-9\-*/_]{0,255}"
_TENANT_KEY = r"[a-z0-9][a-z0-9\-*/_]{0,240}@[a-z][a-z0-9\-*/_]{0,13}"
_KEY = re.compile(f"(?:{_SIMPLE_KEY}|{_TENANT_KEY})")
_VALUE = re.compile(r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
_READERS = {"rv": parse_randomness, "th": parse_threshold}
_OT_FIELD = re.compile(r"[a-z][a-z0-9]*:[a-zA-Z0-9._\-]*")


@dataclass(frozen=True, slots=True)
class TraceState:
    """A parsed tracestate.

    Attributes:
        valid: False where it breaks the syntax, or has a wrong `rv` or `th`; all else is then
            empty.
        randomness: from `rv`; None without.
        randomness_text: `rv` as it came, which is how it leaves.
        threshold: from `th`; None without.
        threshold_text: `th` as it came.
        fields: the other fields of `ot`, as they came.
        others: the entries of other vendors.
    """

    valid: bool = True
    randomness: int | None = None
    randomness_text: str = ""
    threshold: int | None = None
    threshold_text: str = ""
    fields: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def text(self, threshold: str, randomness: str = "") -> str:
        """The tracestate with this `th` and, if given, this `rv`."""
        fields = (f"th:{threshold}", *self.fields)
        if randomness or self.randomness_text:
            fields = (f"rv:{randomness or self.randomness_text}", *fields)
        return ",".join([f"{VENDOR}={';'.join(fields)}", *self.others])


EMPTY = TraceState()
_INVALID = TraceState(valid=False)


def parse(text: str) -> TraceState:
    """The tracestate that a span carries. Never raises."""
    # Before anything is remembered: what comes may be megabytes long.
    return _parse(text) if len(text) <= _BYTES_MAX else _INVALID


@lru_cache(maxsize=1024)
def _parse(text: str) -> TraceState:
    members = [member.strip(" \t") for member in text.removesuffix(",").split(",")]
    if len(members) > _ENTRIES_MAX or not all(map(_is_entry, filter(None, members))):
        return _INVALID
    entries = [member.partition("=") for member in members if member]
    state = EMPTY
    for key, _, value in entries:
        if key == VENDOR:
            state = _parse_ot(value)
            if not state.valid:
                return _INVALID
    others = tuple(f"{key}={value}" for key, _, value in entries if key != VENDOR)
    return replace(state, others=others)


def _is_entry(member: str) -> bool:
    key, _, value = member.partition("=")
    return _KEY.fullmatch(key) is not None and _VALUE.fullmatch(value) is not None


def _parse_ot(text: str) -> TraceState:
    fields = text.split(";")
    if len(text) > _OT_BYTES_MAX or not all(map(_OT_FIELD.fullmatch, fields)):
        return _INVALID
    numbers: dict[str, tuple[int, str]] = {}
    rest = []
    for field in fields:
        key, _, value = field.partition(":")
        if key not in _READERS:
            rest.append(field)
            continue
        number = _READERS[key](value)
        if number is None:
            return _INVALID
        numbers[key] = number, value
    randomness, randomness_text = numbers.get("rv", (None, ""))
    threshold, threshold_text = numbers.get("th", (None, ""))
    return TraceState(
        randomness=randomness,
        randomness_text=randomness_text,
        threshold=threshold,
        threshold_text=threshold_text,
        fields=tuple(rest),
    )
