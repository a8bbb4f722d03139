"""Time to the first chunk, and per chunk, from whatever tells them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.convert import Conversion, to_float, to_text
from spanloom.processors.genai_normalizer.pieces import pieces
from spanloom.semconv import OUTPUT_TOKENS, TIME_PER_OUTPUT_CHUNK, TIME_TO_FIRST_CHUNK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.processors.genai_normalizer.dialect import Moment
    from spanloom.processors.genai_normalizer.items import Items

    Bool = NDArray[np.bool_]

_NS = 1e9
# Nobody waits a day for a first token; such a moment is of another clock.
_SECONDS_MAX = 86_400.0
# Unix times of this century in s, ms, us and ns differ by their size.
_UNITS_PER_S = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
# The year 2262, where nanoseconds in 64 bits end.
_UNIX_S_MAX = 9.2e9
_FRACTION = re.compile(r"(\.\d{6})\d+")


def to_unix_nano(value: Any) -> int | None:
    """A point in time from ISO 8601 text (JSON-quoted too; UTC unless it says otherwise),
    or from unix seconds, ms, us or ns as a number or its text.
    """
    number = to_float(value)
    seconds = _seconds_of_text(value) if number is None else _seconds_of_number(number)
    return int(seconds * _NS) if seconds is not None and 0 < seconds < _UNIX_S_MAX else None


def _seconds_of_number(number: float) -> float | None:
    units = (number / per_second for bound, per_second in _UNITS_PER_S if 0 < number < bound)
    return next(units, None)


def _seconds_of_text(value: Any) -> float | None:
    text = to_text(value)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


_MOMENT = Conversion(to_unix_nano)


def put_moment(items: Items, rule: Moment, where: Bool) -> None:
    """Seconds from the start of each span to the moment; nothing where it lies outside."""
    batch = items.batch
    if not isinstance(batch, Traces):
        return
    column = items.column(rule.old)
    start = batch.start_time_unix_nano.astype(np.int64)
    where = items.open(rule.new, where & column.present)
    n_failed = int(np.count_nonzero(where))
    for values, codes, part in pieces(column, _MOMENT, where, items.ask):
        n_failed -= int(np.count_nonzero(part))
        table = np.array([v if isinstance(v, int) else 0 for v in values] + [0], np.int64)
        moments = table[codes] if codes is not None else table[:-1]
        items.put(rule.new, *_within_reason(items, moments - start, part))
    if n_failed:
        items.problem("unconvertible", n_failed)


def _within_reason(items: Items, elapsed_ns: NDArray[np.int64], where: Bool) -> tuple[Any, Bool]:
    elapsed_s = elapsed_ns / _NS
    sane = where & (elapsed_s >= 0) & (elapsed_s <= _SECONDS_MAX)
    n_odd = int((where & ~sane).sum())
    if n_odd:
        items.problem("time_outside", n_odd)
    return elapsed_s, sane


def put_first_events(items: Items, names: tuple[str, ...]) -> None:
    """The time of the first event with one of the names, per span."""
    batch = items.batch
    if not isinstance(batch, Traces):
        return
    wanted = _named(batch, names)
    if wanted is None:
        return
    index = batch.event_index
    first = np.full(len(batch), np.iinfo(np.int64).max, np.int64)
    np.minimum.at(first, index[wanted], batch.event_time_unix_nano.astype(np.int64)[wanted])
    seen = first < np.iinfo(np.int64).max
    elapsed = np.where(seen, first, 0) - batch.start_time_unix_nano.astype(np.int64)
    items.put(TIME_TO_FIRST_CHUNK, *_within_reason(items, elapsed, items.rows & seen))


def drop_events(items: Items, names: tuple[str, ...]) -> int:
    """Drop the events with one of the names where the time to the first chunk is known now; how
    many those were.
    """
    batch = items.batch
    if not isinstance(batch, Traces) or TIME_TO_FIRST_CHUNK not in items.keys:
        return 0
    wanted = _named(batch, names)
    if wanted is None:
        return 0
    spans = items.rows & items.present(TIME_TO_FIRST_CHUNK)
    dropped = wanted & spans[batch.event_index]
    batch.keep_events(~dropped)
    return int(np.count_nonzero(dropped))


def _named(batch: Traces, names: tuple[str, ...]) -> Bool | None:
    """(e,) the events with one of the names; None where there are none."""
    column = batch.event_name
    wanted = [name in names for name in column.values]
    if not any(wanted):
        return None
    named: Bool = np.array([*wanted, False], np.bool_)[column.codes]
    return named


def put_time_per_chunk(items: Items) -> None:
    """(duration - time to first chunk) / (output tokens - 1), where all three are known.

    A token stands for a chunk: servers send one per chunk, nearly always.
    """
    batch = items.batch
    if not isinstance(batch, Traces) or not items.keys >= {TIME_TO_FIRST_CHUNK, OUTPUT_TOKENS}:
        return
    n_tokens = items.column(OUTPUT_TOKENS).ints()
    first_s = items.column(TIME_TO_FIRST_CHUNK).floats()
    start = batch.start_time_unix_nano.astype(np.int64)
    elapsed_s = (batch.end_time_unix_nano.astype(np.int64) - start) / _NS
    rest_s = elapsed_s - first_s
    known = (n_tokens > 1) & (rest_s >= 0)  # NaN, where there is no first chunk, is not >= 0
    items.put(TIME_PER_OUTPUT_CHUNK, rest_s / np.maximum(n_tokens - 1, 1), known)
