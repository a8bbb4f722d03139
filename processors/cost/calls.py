"""Which spans of a batch are calls of a model, and what tells their prices apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom import semconv
from spanloom.columns import codes_where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column, Traces

    Bool = NDArray[np.bool_]
    Codes = NDArray[np.intp]

BILLED_OPERATIONS = semconv.INFERENCE_OPERATIONS | {"rerank"}
WITHOUT_OUTPUT = frozenset({"embeddings", "rerank"})
"""Operations that produce no tokens."""

# Beyond, counting into a table of all combinations costs more than sorting.
_TABLE_MAX = 4096


@dataclass(slots=True)
class Groups:
    """The rows by what they have in common.

    Attributes:
        codes: (n,) which group each row is in; not to be changed.
        values: by group, one value per column asked for; None where it is absent.
    """

    codes: Codes
    values: list[tuple[str | None, ...]]


def calls_of(operations: Column) -> tuple[Bool | None, Bool | None]:
    """(is a call, has no output by its nature), each (n,); None for all, and for none."""
    values, codes = operations.values, operations.codes
    if len(values) == 1 and not codes.any() and values[0] in BILLED_OPERATIONS:
        return None, None if values[0] not in WITHOUT_OUTPUT else np.ones(len(codes), np.bool_)
    is_call = codes_where(values, codes, BILLED_OPERATIONS.__contains__)
    if WITHOUT_OUTPUT.isdisjoint(values):
        return is_call, None
    return is_call, codes_where(values, codes, WITHOUT_OUTPUT.__contains__)


def group(batch: Traces, keys: Collection[str], names: Sequence[str]) -> Groups:
    """The rows by the strings of some attributes; `keys` are those that the batch has."""
    codes: NDArray[Any] = np.zeros(len(batch), np.intp)
    groups: list[tuple[str | None, ...]] = [()]
    for name in names:
        if name not in keys:
            groups = [(*each, None) for each in groups]
            continue
        column = batch.attribute(name)
        values, own = column.values, column.codes
        if len(values) == 1 and not own.any():
            groups = [(*each, values[0]) for each in groups]
            continue
        if len(groups) == 1 and len(own) and int(own.min()) == 0:
            codes, groups = own, [(*groups[0], value) for value in values]
            continue
        width = len(values) + 1
        table = [*values, None]  # the code -1 is the last one
        used, codes = _compressed(codes.astype(np.intp) * width + own % width, len(groups) * width)
        groups = [(*groups[code // width], table[code % width]) for code in used]
    return Groups(codes, groups)


def _compressed(codes: NDArray[Any], width: int) -> tuple[list[int], Codes]:
    """The distinct codes, ascending, and each row's position among them."""
    if width > _TABLE_MAX:
        used, positions = np.unique(codes, return_inverse=True)
        return used.tolist(), positions
    used = np.flatnonzero(np.bincount(codes, minlength=width))
    table = np.zeros(width, np.intp)
    table[used] = np.arange(len(used))
    return used.tolist(), table[codes]
