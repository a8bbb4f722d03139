"""Which id an item's randomness is made of."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from spanloom.batch import Logs, Traces
from spanloom.columns import ValueKind
from spanloom.processors.sampler import randomness as rnd
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.randomness import U64, Ids
from spanloom.processors.sampler.threshold import MAX_RANDOMNESS

Drawn = tuple[U64, NDArray[np.bool_] | None]
"""(n,) randomness, the largest where an item has none; (n,) whether it has none, or None."""


class IdSource(Protocol):
    """Gives each item its randomness."""

    derives: bool
    """Whether the randomness is not the id itself, and has to be written with the item."""

    def of_spans(self, batch: Traces) -> Drawn: ...
    def of_logs(self, batch: Logs) -> Drawn: ...


def make_source(config: Config) -> IdSource:
    """What the mode draws from."""
    if config.mode == "hash_seed":
        return HashSource(config)
    return Sha256Source(config) if config.mode == "sha256_mod" else TraceIdSource()


class TraceIdSource:
    """The trace id as it is."""

    derives = False

    def of_spans(self, batch: Traces) -> Drawn:
        return _of_ids(batch.trace_id, rnd.of_trace_ids)

    def of_logs(self, batch: Logs) -> Drawn:
        return _of_ids(batch.trace_id, rnd.of_trace_ids)


class HashSource:
    """FNV of the trace id, or of a log record's attribute."""

    derives = True

    def __init__(self, config: Config) -> None:
        self._seed = config.hash_seed
        self._by_trace = config.attribute_source == "traceID"
        self._attribute = config.from_attribute

    def of_spans(self, batch: Traces) -> Drawn:
        return _of_ids(batch.trace_id, self._of)

    def of_logs(self, batch: Logs) -> Drawn:
        drawn = _of_ids(batch.trace_id, self._of) if self._by_trace else _nothing(len(batch))
        return _or_attribute(drawn, batch, self._attribute, self._of_value)

    def _of(self, ids: Ids) -> U64:
        return rnd.of_hashes(rnd.fnv1a(ids, self._seed))

    def _of_value(self, value: Any) -> int | None:
        data = value if isinstance(value, bytes) else _go_text(value).encode()
        if not data:
            return None
        return int(rnd.of_hashes(np.array([rnd.fnv1a_of(data, self._seed)], np.uint32))[0])


class Sha256Source:
    """SHA-256 of an id, 0.4 us each: numpy has no hash, so this is a loop over the ids."""

    derives = True

    def __init__(self, config: Config) -> None:
        self._form = config.sha256_id
        self._by_trace = config.attribute_source == "traceID"
        self._attribute = config.from_attribute

    def of_spans(self, batch: Traces) -> Drawn:
        if self._form == "attribute":
            return _or_attribute(_nothing(len(batch)), batch, self._attribute, _of_any)
        return _of_form(batch, self._form)

    def of_logs(self, batch: Logs) -> Drawn:
        if self._form == "attribute" or not self._by_trace:
            return _or_attribute(_nothing(len(batch)), batch, self._attribute, _of_any)
        drawn = _of_form(batch, self._form)
        return _or_attribute(drawn, batch, self._attribute, _of_any)


def _of_form(
    batch: Traces | Logs, form: Literal["trace_id", "span_id", "span_id_text", "attribute"]
) -> Drawn:
    if form == "trace_id":
        return _of_ids(batch.trace_id, _of_bytes)
    return _of_ids(batch.span_id, _of_text if form == "span_id_text" else _of_bytes)


def _of_bytes(ids: Ids) -> U64:
    raw, width = ids.tobytes(), ids.shape[1]
    parts = [raw[i : i + width] for i in range(0, len(raw), width)]
    return rnd.of_digests([hashlib.sha256(part).digest() for part in parts])


def _of_text(ids: Ids) -> U64:
    """16 hex digits are no UUID, so they are hashed as text."""
    raw, width = ids.tobytes().hex().encode(), 2 * ids.shape[1]
    parts = [raw[i : i + width] for i in range(0, len(raw), width)]
    return rnd.of_digests([hashlib.sha256(part).digest() for part in parts])


def _of_any(value: Any) -> int | None:
    return None if value in (None, "") else int(rnd.of_digests([rnd.digest_of(value)])[0])


def _of_ids(ids: Ids, draw: Callable[[Ids], U64]) -> Drawn:
    drawn, missing = draw(ids), rnd.are_empty(ids)
    if missing is not None:
        drawn[missing] = MAX_RANDOMNESS
    return drawn, missing


def _nothing(n_items: int) -> Drawn:
    return np.full(n_items, MAX_RANDOMNESS, np.uint64), np.ones(n_items, np.bool_)


def _or_attribute(
    drawn: Drawn, batch: Traces | Logs, key: str, draw: Callable[[Any], int | None]
) -> Drawn:
    """With the attribute's randomness where there is none of an id."""
    randomness, missing = drawn
    if missing is None or not key:
        return drawn
    found = _draw_each(batch, key, missing, draw)
    for row, value in found:
        randomness[row], missing[row] = value, False
    return randomness, missing


def _draw_each(
    batch: Traces | Logs, key: str, rows: NDArray[np.bool_], draw: Callable[[Any], int | None]
) -> Sequence[tuple[int, int]]:
    """(row, randomness) where the attribute gives one; about 2 us a row."""
    column = batch.attribute(key)
    chosen = np.flatnonzero(rows & (column.kinds != ValueKind.ABSENT))
    if not chosen.size:
        return []
    values = column.objects()
    pairs = [(int(row), draw(values[row])) for row in chosen]
    return [(row, value) for row, value in pairs if value is not None]


def _go_text(value: Any) -> str:
    """As the Collector's `AsString` writes an attribute."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _go_float(value)
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"), sort_keys=True, default=str)
    return "" if value is None else str(value)


def _go_float(value: float) -> str:
    """The shortest digits; with an exponent below 1e-6 and from 1e21 on."""
    if not math.isfinite(value):
        return "json: unsupported value: " + {"nan": "NaN", "inf": "+Inf"}.get(str(value), "-Inf")
    text = repr(value)
    if value == 0 or 1e-6 <= abs(value) < 1e21:  # noqa: PLR2004 - encoding/json's bounds
        plain = np.format_float_positional(value, trim="-")
        return str(plain)
    mantissa, _, exponent = text.partition("e")
    sign, digits = exponent[0], exponent.lstrip("+-").lstrip("0")
    return f"{mantissa.removesuffix('.0')}e{sign}{digits.zfill(1 if sign == '-' else 2)}"
