"""Which counts cannot be billed: absent where a price needs them, or excluding each other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spanloom import semconv
from spanloom.processors.cost.usage import BatchUsage, Counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.price_table import PriceTable

    Bool = NDArray[np.bool_]
    Codes = NDArray[np.signedinteger]


_ERROR = 2  # status_code
_WHOLES = frozenset({"input_tokens", "output_tokens"})


@dataclass(slots=True)
class Calls:
    """What is priced.

    Attributes:
        is_call: (n,) True for calls of a model; None: all are.
        no_output: (n,) True where there can be no output; None: nowhere.
        batch: the spans.
        keys: the attributes that they have.
    """

    is_call: Bool | None
    no_output: Bool | None
    batch: Traces
    keys: Collection[str]

    def has_failed(self) -> Bool:
        """(n,) True where the call ended in an error."""
        found: Bool = np.equal(self.batch.status_code, _ERROR)
        if semconv.ERROR_TYPE in self.keys:
            found |= self.batch.attribute(semconv.ERROR_TYPE).present
        return found


def without_promptless(calls: Calls, usage: BatchUsage) -> BatchUsage:
    """The usage, an input of 0 taken for absent where there must have been one.

    Some senders write 0 for what they do not know. An output of 0 beside it is none either.
    """
    rows = promptless(calls, usage)
    if rows is None:
        return usage
    columns: dict[str, Counts] = {}
    for unit in ("input_tokens", "output_tokens"):
        column = usage.columns.get(unit)
        if column is not None:
            present = ~rows | (column.values > 0)
            if column.present is not None:
                present &= column.present
            columns[unit] = Counts(column.values, present)
    return usage.replacing(columns)


def promptless(calls: Calls, usage: BatchUsage) -> Bool | None:
    """(n,) True where an operation that needs input tokens says it had 0; None: nowhere."""
    values = usage.values("input_tokens")
    if values is None or np.count_nonzero(values) == len(values):
        return None
    column, found = usage.columns["input_tokens"], values == 0
    if column.present is not None:
        found &= column.present
    if calls.no_output is not None:
        found &= ~calls.no_output
    return found if found.any() else None


def missing_counts(calls: Calls, usage: BatchUsage, codes: Codes, table: PriceTable) -> Bool | None:
    """(n,) True where a count is absent that the price needs; None: nowhere."""
    found: Bool | None = None
    for unit, needed in (
        ("input_tokens", [each is not None and each.needs_input for each in table.flats]),
        ("output_tokens", [each is not None and each.needs_output for each in table.flats]),
    ):
        column = usage.columns.get(unit)
        if column is not None and column.present is None:
            continue
        lacks: Bool = np.array(needed, np.bool_)[codes]
        if column is not None and column.present is not None:
            lacks &= ~column.present
        if unit == "output_tokens" and calls.no_output is not None:
            lacks &= ~calls.no_output
        found = lacks if found is None else found | lacks
    nothing = nothing_counted(usage, len(codes))
    if nothing is None:
        return found
    return nothing if found is None else found | nothing


def nothing_counted(usage: BatchUsage, n_rows: int) -> Bool | None:
    """(n,) True where neither input nor output was counted; None: nowhere."""
    absent: Bool = np.ones(n_rows, np.bool_)
    for unit in ("input_tokens", "output_tokens"):
        column = usage.columns.get(unit)
        if column is not None:
            if column.present is None:
                return None
            absent &= ~column.present
    return absent


def contradiction(usage: BatchUsage) -> Bool | None:
    """(n,) True where a part is more than the whole that was counted too; None: nowhere."""
    found: Bool | None = None
    if _WHOLES.issuperset(usage.units.common):
        return None
    for whole, parts in (
        ("input_tokens", ("cache_read_tokens", "cache_write_tokens")),
        ("output_tokens", ("output_reasoning_tokens",)),
    ):
        columns = [usage.columns[part] for part in parts if part in usage.columns]
        of = usage.columns.get(whole)
        if not columns or of is None:
            continue
        wrong: Bool = sum(column.values for column in columns) > of.values
        if of.present is not None:
            wrong &= of.present
        if wrong.any():
            found = wrong if found is None else found | wrong
    return found
