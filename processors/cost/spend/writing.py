"""Writes what is told of traces and repetitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.cost.prices import PICO
from spanloom.processors.cost.spend import names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spanloom.batch import Traces
    from spanloom.processors.cost.spend.trace import Link, Sums


def write_sums(batch: Traces, rows: list[int], sums: list[Sums]) -> None:
    """Set the sums on these rows."""
    calls, unpriced, pico, wasted = zip(*sums, strict=True)
    _set(batch, names.TRACE_CALLS, rows, calls)
    if None in pico:
        known = [i for i, each in enumerate(pico) if each is not None]
        _set_usd(batch, names.TRACE_AMOUNT, [rows[i] for i in known], [pico[i] for i in known])
    else:
        _set_usd(batch, names.TRACE_AMOUNT, rows, pico)
    if any(unpriced):
        lacking = [i for i, each in enumerate(unpriced) if each]
        at, counts = [rows[i] for i in lacking], [unpriced[i] for i in lacking]
        _set(batch, names.TRACE_UNPRICED, at, counts)
    if any(wasted):
        lost = [i for i, each in enumerate(wasted) if each]
        _set_usd(batch, names.TRACE_WASTED, [rows[i] for i in lost], [wasted[i] for i in lost])


def write_links(batch: Traces, links: dict[int, Link]) -> None:
    """Set what calls repeat; `links` by row."""
    rows = list(links)
    _set(batch, names.RETRY_ATTEMPT, rows, [each.attempt for each in links.values()])
    texts: dict[str, list[Any]] = {
        names.RETRY_OF: [f"{each.of:016x}" for each in links.values()],
        names.FALLBACK_FROM: [each.fallback_from or None for each in links.values()],
        names.FALLBACK_MODELS: [list(each.models) or None for each in links.values()],
    }
    for key, found in texts.items():
        values: list[Any] = [None] * len(batch)
        for row, value in zip(rows, found, strict=True):
            values[row] = value
        if any(value is not None for value in found):
            batch.set_attribute(key, values)


def _set_usd(batch: Traces, key: str, rows: list[int], pico: Iterable[Any]) -> None:
    # Integers divided by an integer are rounded once, however large.
    _set(batch, key, rows, [each / PICO for each in pico])


def _set(batch: Traces, key: str, rows: list[int], found: Iterable[Any]) -> None:
    """Set numbers on these rows."""
    if not rows:
        return
    numbers = np.asarray(list(found))
    values = np.zeros(len(batch), numbers.dtype)
    where = np.zeros(len(batch), np.bool_)
    values[rows] = numbers
    where[rows] = True
    batch.set_attribute(key, values, where=where)
