"""The calls of a batch, as the rules for traces want them."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spanloom.columns import ValueKind
from spanloom.processors.cost.spend.trace import Call
from spanloom.semconv import (
    INPUT_MESSAGES,
    OPERATION,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_MODEL,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces

# Longer ones are no names, and would be remembered.
_NAME_CHARACTERS_MAX: Final = 200


class BatchCalls:
    """Columns of the calls of a batch as lists, each in the order of `rows`.

    Args:
        batch: the spans.
        rows: (m,) which are calls; None: all.
        pico: (n,) what they cost.
        has_cost: (n,) True where that is known.
    """

    def __init__(
        self,
        batch: Traces,
        rows: NDArray[np.intp] | None,
        pico: NDArray[Any],
        has_cost: NDArray[np.bool_],
    ) -> None:
        self._batch = batch
        self._rows = rows
        self.ids: list[bytes] = self._list(_packed(batch.trace_id, "V16"))
        self.spans: list[int] = self._list(_packed(batch.span_id, ">u8"))
        self.parents: list[int] = self._list(_packed(batch.parent_span_id, ">u8"))
        self.starts: list[int] = self._list(batch.start_time_unix_nano)
        self.picos: list[int] = self._list(pico)
        self.have_cost: list[bool] = self._list(has_cost)

    def _list(self, column: NDArray[Any]) -> list[Any]:
        chosen = column if self._rows is None else column[self._rows]
        values: list[Any] = chosen.tolist()
        return values

    def row(self, position: int) -> int:
        """Where a call stands in the batch."""
        return position if self._rows is None else int(self._rows[position])

    def with_names(self, position: int, *, failed: bool) -> Call:
        """A call with what tells whether it repeats another one."""
        row = self.row(position)
        operation, provider, model = self._names(row)
        values, codes = self._messages
        return Call(
            span=self.spans[position],
            parent=self.parents[position],
            start=self.starts[position],
            end=int(self._batch.end_time_unix_nano[row]),
            failed=failed,
            operation=operation,
            provider=provider,
            model=model,
            digest=_digest(values[codes[row]]) if codes[row] >= 0 else None,
        )

    @cached_property
    def _columns(self) -> list[list[str]]:
        keys = (OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_MODEL)
        return [self._batch.attribute(key).strings() for key in keys]

    def _names(self, row: int) -> tuple[str, str, str]:
        operation, provider, asked, answered = (column[row] for column in self._columns)
        model = (asked or answered)[:_NAME_CHARACTERS_MAX]
        return operation[:_NAME_CHARACTERS_MAX], provider[:_NAME_CHARACTERS_MAX], model

    @cached_property
    def _messages(self) -> tuple[list[str], list[int]]:
        column = self._batch.attribute(INPUT_MESSAGES)
        if not (column.kinds == ValueKind.STRING).any():
            return [], [-1] * len(self._batch)
        return column.values, column.codes.tolist()


def _packed(ids: NDArray[np.uint8], to: str) -> NDArray[Any]:
    """(n,) ids as one value each."""
    return np.ascontiguousarray(ids).view(to).ravel()


def _digest(text: str) -> bytes:
    """Tells whether two calls were given the same messages; never leaves the process."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
