"""Which id an item's randomness is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from spanloom_native import Randomness

from spanloom.batch import Logs, Traces
from spanloom.columns import spread
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.go_text import go_text
from spanloom.processors.sampler.randomness import U64, id_bytes
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


def make_randomness(config: Config) -> Randomness:
    """How the mode makes randomness of an id."""
    match config.mode:
        case "hash_seed":
            return Randomness("fnv1a", seed=config.hash_seed)
        case "sha256_mod":
            # 16 hex digits are no UUID, so they are hashed as text.
            is_text = config.sha256_id == "span_id_text"
            return Randomness("sha256_hex" if is_text else "sha256")
        case _:
            return Randomness("low56")


class TraceIdSource:
    """The trace id as it is."""

    derives = False

    def __init__(self) -> None:
        self._draw = Randomness("low56").of_ids

    def of_spans(self, batch: Traces) -> Drawn:
        return self._draw(batch.trace_id)

    def of_logs(self, batch: Logs) -> Drawn:
        return self._draw(batch.trace_id)


class HashSource:
    """FNV of the trace id, or of a log record's attribute."""

    derives = True

    def __init__(self, config: Config) -> None:
        self._randomness = make_randomness(config)
        self._by_trace = config.attribute_source == "traceID"
        self._attribute = config.from_attribute

    def of_spans(self, batch: Traces) -> Drawn:
        return self._randomness.of_ids(batch.trace_id)

    def of_logs(self, batch: Logs) -> Drawn:
        by_trace = self._randomness.of_ids(batch.trace_id) if self._by_trace else None
        return _or_attribute(by_trace, batch, self._attribute, self._of_value)

    def _of_value(self, value: Any) -> int | None:
        data = value if isinstance(value, bytes) else go_text(value).encode()
        return self._randomness.of_bytes(data) if data else None


class Sha256Source:
    """SHA-256 of an id."""

    derives = True

    def __init__(self, config: Config) -> None:
        self._form = config.sha256_id
        self._by_id = config.attribute_source == "traceID" and config.sha256_id != "attribute"
        self._attribute = config.from_attribute
        self._of_ids = make_randomness(config).of_ids
        self._of_bytes = Randomness("sha256").of_bytes

    def of_spans(self, batch: Traces) -> Drawn:
        if self._form == "attribute":
            return _or_attribute(None, batch, self._attribute, self._of_value)
        return self._of_form(batch)

    def of_logs(self, batch: Logs) -> Drawn:
        by_id = self._of_form(batch) if self._by_id else None
        return _or_attribute(by_id, batch, self._attribute, self._of_value)

    def _of_form(self, batch: Traces | Logs) -> Drawn:
        return self._of_ids(batch.trace_id if self._form == "trace_id" else batch.span_id)

    def _of_value(self, value: Any) -> int | None:
        return None if value in (None, "") else self._of_bytes(id_bytes(value))


def _or_attribute(
    by_id: Drawn | None, batch: Traces | Logs, key: str, draw: Callable[[Any], int | None]
) -> Drawn:
    """With the attribute's randomness where an id gives none; asked once per distinct value."""
    if by_id is None:
        n_items = len(batch)
        by_id = np.full(n_items, MAX_RANDOMNESS, np.uint64), np.ones(n_items, np.bool_)
    randomness, missing = by_id
    if missing is None or not key:
        return by_id
    codes, values = batch.attribute(key).distinct()
    drawn = [draw(value) for value in values]
    found = missing & spread([value is not None for value in drawn], codes, np.False_)
    numbers = spread([value or 0 for value in drawn], codes, np.uint64(0))
    return np.where(found, numbers, randomness), missing & ~found
