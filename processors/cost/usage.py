"""What was counted on the spans of a batch, as columns of integers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom import semconv
from spanloom.columns import ValueKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.exact import Count

    Int = NDArray[np.int64]
    Bool = NDArray[np.bool_]

COMMON = {
    "input_tokens": semconv.INPUT_TOKENS,
    "output_tokens": semconv.OUTPUT_TOKENS,
    "cache_read_tokens": semconv.CACHE_READ_TOKENS,
    "cache_write_tokens": semconv.CACHE_WRITE_TOKENS,
    "output_reasoning_tokens": semconv.REASONING_TOKENS,
}
"""The units that the fast arithmetic knows, and their attributes."""

MODALITIES = {
    f"{unit.format(modality)}": f"gen_ai.usage.{modality}.{attribute}"
    for modality in ("text", "image", "audio")
    for unit, attribute in (
        ("input_{}_tokens", "input_tokens"),
        ("output_{}_tokens", "output_tokens"),
        ("cache_{}_read_tokens", "cache_read.input_tokens"),
    )
}
"""Parts of the tokens by modality; priced one by one, exactly."""

_INT = bytes([ValueKind.INT])


@dataclass(slots=True)
class Counts:
    """One unit's counts.

    Attributes:
        values: (n,) 0 where there is none.
        present: (n,) True where it was reported; None: on every span.
    """

    values: Int
    present: Bool | None

    def is_present(self, row: int) -> bool:
        return self.present is None or bool(self.present[row])


@dataclass(slots=True)
class BatchUsage:
    """All counts of a batch.

    Attributes:
        common: by unit; only units that some span reports.
        rare: other units, likewise.
        wrong: (n,) True where a count is no integer, negative or absurd; None: nowhere.
    """

    common: dict[str, Counts] = field(default_factory=dict)
    rare: dict[str, Counts] = field(default_factory=dict)
    wrong: Bool | None = None

    def is_everywhere(self, unit: str) -> bool:
        """Whether every span reports a common unit."""
        column = self.common.get(unit)
        return column is not None and column.present is None

    def of_row(self, row: int) -> dict[str, Count]:
        """What one span reports."""
        columns = self.common | self.rare
        return {
            unit: int(counts.values[row])
            for unit, counts in columns.items()
            if counts.is_present(row)
        }


class UsageReader:
    """Reads the counts of batches.

    Args:
        more: unit to attribute, on top of the known ones.
        tokens_max: a larger count is wrong.
    """

    def __init__(self, more: Mapping[str, str], tokens_max: int) -> None:
        self._rare = {**MODALITIES, **{u: a for u, a in more.items() if u not in COMMON}}
        self._common = {**COMMON, **{u: a for u, a in more.items() if u in COMMON}}
        self._tokens_max = tokens_max

    def read(self, batch: Traces, keys: Collection[str]) -> BatchUsage:
        """`keys`: the attributes that the batch has."""
        usage = BatchUsage()
        for unit, key in self._common.items():
            if key in keys:
                usage.common[unit] = self._counts(batch, key, usage)
        for unit, key in self._rare.items():
            if key in keys:
                usage.rare[unit] = self._counts(batch, key, usage)
        return usage

    def _counts(self, batch: Traces, key: str, usage: BatchUsage) -> Counts:
        column = batch.attribute(key)
        values = column.ints(-1)
        kinds = column.kinds
        # As bytes, and unsigned so that -1 is huge: a third of the time of comparing arrays.
        present: Bool | None = None
        if kinds.tobytes() == _INT * len(values):
            if not len(values) or int(values.view(np.uint64).max()) <= self._tokens_max:
                return Counts(values, None)
        else:
            present = kinds != ValueKind.ABSENT
        is_int = kinds == ValueKind.INT
        bad = ~is_int | (values < 0) | (values > self._tokens_max)
        if present is not None:
            bad &= present
        if bad.any():
            usage.wrong = bad if usage.wrong is None else usage.wrong | bad
        return Counts(np.where(is_int & ~bad, values, 0), present)


def exact_number(value: Any) -> Count | None:
    """A count or a time as an exact number; None for what is none, is negative or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < float("inf"):
        return None
    return value if isinstance(value, int) else Fraction(value)
