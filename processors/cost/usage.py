"""What was counted on the spans of a batch, as columns of integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

# Sets of attributes whose units are remembered; beyond, all are forgotten.
_UNITS_MAX = 1000


@dataclass(slots=True)
class Units:
    """What the batches with some attributes count.

    Attributes:
        common, rare: units, in the order of the known ones.
        attributes: theirs.
    """

    common: tuple[str, ...]
    rare: tuple[str, ...]
    attributes: list[str]


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


class BatchUsage:
    """All counts of a batch.

    Args:
        units: which.
        values: (units, n) 0 where there is none; the rows of the common ones first.
        present: (units, n) True where it was reported; None: everywhere.
        wrong: (n,) True where a count is no integer, negative or absurd; None: nowhere.
    """

    __slots__ = ("_columns", "_values", "matrix", "present", "units", "wrong")

    def __init__(
        self, units: Units, values: Int, present: Bool | None = None, wrong: Bool | None = None
    ) -> None:
        self.units = units
        self._values = values
        self.matrix = values[: len(units.common)] if units.rare else values
        """(units, n) of the common ones."""
        self.present = present
        self.wrong = wrong
        self._columns: dict[str, Counts] | None = None

    @property
    def columns(self) -> dict[str, Counts]:
        """By unit, of those that some span reports; made when first asked for."""
        if self._columns is None:
            units = (*self.units.common, *self.units.rare)
            present = [None] * len(units) if self.present is None else self.present
            self._columns = {
                unit: Counts(row, None if is_there is None or is_there.all() else is_there)
                for unit, row, is_there in zip(units, self._values, present, strict=True)
            }
        return self._columns

    def replacing(self, columns: Mapping[str, Counts]) -> BatchUsage:
        """The same but for some columns."""
        found = BatchUsage(self.units, self._values, self.present, self.wrong)
        found._columns = {**self.columns, **columns}
        return found

    def values(self, unit: str) -> Int | None:
        """(n,) the counts of a common unit; None where no span reports any."""
        common = self.units.common
        return self.matrix[common.index(unit)] if unit in common else None

    def is_everywhere(self, unit: str) -> bool:
        """Whether every span reports a common unit."""
        if self.present is None:
            return unit in self.units.common
        column = self.columns.get(unit)
        return column is not None and column.present is None

    def of_row(self, row: int) -> dict[str, Count]:
        """What one span reports."""
        return {
            unit: int(counts.values[row])
            for unit, counts in self.columns.items()
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
        self.tokens_max = tokens_max
        self._units: dict[frozenset[str], Units] = {}

    def units(self, keys: frozenset[str]) -> Units:
        """What a batch with these attributes counts."""
        found = self._units.get(keys)
        if found is None:
            common, rare = (
                {unit: key for unit, key in known.items() if key in keys}
                for known in (self._common, self._rare)
            )
            found = Units(tuple(common), tuple(rare), [*common.values(), *rare.values()])
            if len(self._units) >= _UNITS_MAX:
                self._units.clear()
            self._units[keys] = found
        return found

    def read(self, batch: Traces, units: Units) -> BatchUsage:
        """The counts of these units."""
        values, kinds = batch.ints(units.attributes, -1, bounds=(0, self.tokens_max))
        if kinds is None:
            return BatchUsage(units, values)
        present = kinds != ValueKind.ABSENT
        is_sound = (kinds == ValueKind.INT) & (values >= 0) & (values <= self.tokens_max)
        is_wrong = present & ~is_sound
        wrong = is_wrong.any(axis=0) if is_wrong.any() else None
        return BatchUsage(units, np.where(is_sound, values, 0), present, wrong)


def largest(values: Int) -> int:
    """Of one or more. In small arrays this is three times as fast as `max`."""
    return int(values[values.argmax()])


def exact_number(value: Any) -> Count | None:
    """A count or a time as an exact number; None for what is none, is negative or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < float("inf"):
        return None
    return value if isinstance(value, int) else Fraction(value)
