"""Writes costs on spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spanloom import semconv
from spanloom.processors.cost import names
from spanloom.processors.cost.names import Outcome
from spanloom.processors.cost.prices import to_micro

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.price_table import TextOf
    from spanloom.processors.cost.prices import Entry
    from spanloom.processors.cost.pricing import Priced
    from spanloom.processors.cost.sender import SenderCosts

    Doubles = NDArray[np.float64]
    Bool = NDArray[np.bool_]

_USD = "USD"
_NOTED = (
    Outcome.UNKNOWN_MODEL,
    Outcome.MISSING_USAGE,
    Outcome.CONTRADICTION,
    Outcome.DUPLICATE,
)


def write_ours(batch: Traces, priced: Priced, amounts: Doubles, where: Bool | None) -> None:
    """Amount, currency, source and where the price comes from; `where` None: on every span."""
    ours = {semconv.COST_AMOUNT: amounts, semconv.COST_SOURCE: names.LOCAL_SOURCE}
    _write(batch, ours, priced, {semconv.COST_CURRENCY: _currency, **_ORIGIN}, where)


def write_origin(batch: Traces, priced: Priced, where: Bool | None) -> None:
    """Which price list and which entry of it our amount comes from, and the contract."""
    _write(batch, {}, priced, _ORIGIN, where)


def write_version(batch: Traces, priced: Priced, where: Bool | None) -> None:
    """`llm.price_version`."""
    _write(batch, {}, priced, {names.PRICE_VERSION: _version}, where)


def write_micro(batch: Traces, priced: Priced, where: Bool | None) -> None:
    """`llm.cost_usd_micro`, of amounts in USD, rounded half up from the exact value."""
    rows = priced.in_currency(_USD)
    if where is not None:
        rows &= where
    micro = (priced.pico + 500_000) // 10**6
    for row, rate in priced.unusual.items():
        micro[row] = min(to_micro(rate), np.iinfo(np.int64).max)
    batch.set_attribute(names.USD_MICRO, micro, where=rows)


def write_sender(batch: Traces, costs: SenderCosts, where: Bool) -> None:
    """The sender's own amount, unchanged, where it is not in its place yet."""
    fresh = where & ~costs.is_final
    if fresh.any():
        batch.set_attribute(semconv.COST_AMOUNT, costs.amounts, where=fresh)
        batch.set_attribute(semconv.COST_CURRENCY, _USD, where=fresh)
        batch.set_attribute(semconv.COST_SOURCE, names.PROVIDER_SOURCE, where=fresh)
    final = where & costs.is_final
    if final.any():
        final &= ~batch.attribute(semconv.COST_SOURCE).present
        batch.set_attribute(semconv.COST_SOURCE, names.PROVIDER_SOURCE, where=final)


def write_computed(batch: Traces, amounts: Doubles, where: Bool) -> None:
    """Our own figure beside the sender's, where they differ."""
    batch.set_attribute(names.COMPUTED, amounts, where=where)


def set_aside_doubles(batch: Traces, keys: AbstractSet[str], outcome: NDArray[np.uint8]) -> None:
    """Takes the sender's amounts from duplicates, so that a sum counts each call once."""
    if semconv.COST_AMOUNT in keys:
        where = outcome == Outcome.DUPLICATE
        if where.any():
            batch.rename_attribute(
                semconv.COST_AMOUNT, names.DUPLICATE_AMOUNT, where=where, overwrite=True
            )


def write_notes(
    batch: Traces, outcome: NDArray[np.uint8], others: Mapping[str, Bool | None]
) -> None:
    """Why a call has no cost, or what is to be said of the one it has.

    Args:
        batch: the spans.
        outcome: (n,) what became of each.
        others: by word, (n,) True where it holds; the first one counts, after `outcome`.
    """
    words = [each.word for each in _NOTED]
    table = np.full(max(Outcome) + 1, -1)
    for code, each in enumerate(_NOTED):
        table[each] = code
    codes = table[outcome]
    for word, where in others.items():
        if where is not None:
            codes[where & (codes < 0)] = len(words)
            words.append(word)
    if (codes >= 0).any():
        batch.set_attribute(names.NOTE, words, codes=codes)


def _write(
    batch: Traces,
    values: dict[str, Any],
    priced: Priced,
    texts: Mapping[str, TextOf],
    where: Bool | None,
) -> None:
    """These values, and texts of the entries where they are not empty."""
    table = priced.table
    values |= {key: text for key, of in texts.items() if (text := table.texts(of)) is not None}
    batch.set_attributes(values, codes=priced.codes if len(table) > 1 else None, where=where)


def _currency(entry: Entry) -> str:
    return entry.currency


def _list_id(entry: Entry) -> str:
    return entry.list_id


def _name(entry: Entry) -> str:
    return entry.name


def _contract(entry: Entry) -> str:
    return entry.contract


def _version(entry: Entry) -> str:
    return entry.version


_ORIGIN: Final[dict[str, TextOf]] = {
    names.PRICE_LIST: _list_id,
    names.PRICE_ENTRY: _name,
    names.CONTRACT: _contract,
}
