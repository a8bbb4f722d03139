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
    Kinds = NDArray[np.uint8]

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


@dataclass(slots=True)
class BatchUsage:
    """All counts of a batch.

    Attributes:
        common: by unit; only units that some span reports.
        rare: other units, likewise.
        matrix: (units, n) the values of the common ones, in their order.
        largest: no sound count is above.
        wrong: (n,) True where a count is no integer, negative or absurd; None: nowhere.
    """

    common: dict[str, Counts]
    rare: dict[str, Counts]
    matrix: Int
    largest: int
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
        values, kinds = batch.ints(units.attributes, -1, bounds=(0, self._tokens_max))
        if kinds is not None:
            return self._mixed(units, values, kinds)
        return _usage(units, values, [Counts(row, None) for row in values], self._tokens_max)

    def _mixed(self, units: Units, values: Int, kinds: Kinds) -> BatchUsage:
        """What some spans do not report, or report wrongly."""
        present = kinds != ValueKind.ABSENT
        is_sound = (kinds == ValueKind.INT) & (values >= 0) & (values <= self._tokens_max)
        values = np.where(is_sound, values, 0)
        counts = [
            Counts(row, None if is_there.all() else is_there)
            for row, is_there in zip(values, present, strict=True)
        ]
        usage = _usage(units, values, counts, self._tokens_max)
        is_wrong = present & ~is_sound
        if is_wrong.any():
            usage.wrong = is_wrong.any(axis=0)
        return usage


def _usage(units: Units, values: Int, counts: list[Counts], largest: int) -> BatchUsage:
    """Of rows in the order of the units."""
    n_common = len(units.common)
    return BatchUsage(
        dict(zip(units.common, counts, strict=False)),
        dict(zip(units.rare, counts[n_common:], strict=True)) if units.rare else {},
        values[:n_common],
        largest,
    )


def exact_number(value: Any) -> Count | None:
    """A count or a time as an exact number; None for what is none, is negative or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < float("inf"):
        return None
    return value if isinstance(value, int) else Fraction(value)
