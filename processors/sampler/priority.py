"""What items say about their own sampling, as the Collector reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spanloom.batch import Logs, Traces
from spanloom.columns import ValueKind, rows_of_kind, spread
from spanloom.processors.sampler.randomness import U64
from spanloom.processors.sampler.threshold import NEVER, threshold_of

if TYPE_CHECKING:
    from spanloom.batch import Column

Bool = NDArray[np.bool_]

SPAN_PRIORITY = "sampling.priority"


@dataclass(frozen=True, slots=True)
class Priority:
    """(n,) each: items that must stay, and items that chance must not keep."""

    must: Bool
    barred: Bool


def span_priority(batch: Traces) -> Priority | None:
    """From `sampling.priority`: 0 bars a span, a positive number keeps it; None: no span has it.

    Ints, doubles and texts of numbers count; all else leaves it to chance.
    """
    column = batch.attribute(SPAN_PRIORITY)
    if not column.n_present:
        return None
    numbers = np.where(_are_numbers(column), column.floats(), _of_texts(column))
    zero = np.float64(0)
    return Priority(np.greater(numbers, zero), np.equal(numbers, zero))


def _are_numbers(column: Column) -> Bool:
    return rows_of_kind(column, ValueKind.INT) | rows_of_kind(column, ValueKind.DOUBLE)


def _of_texts(column: Column) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = spread(
        [_number(text) for text in column.values], column.codes, np.float64(math.nan)
    )
    return numbers


def _number(text: str) -> float:
    """NaN for what Go does not read as a number: blanks around it, and what is out of range."""
    if not text.isascii() or text != text.strip():
        return math.nan
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return math.nan if math.isinf(number) and "inf" not in text.lower() else number


def log_priority(batch: Logs, attribute: str, precision: int) -> U64 | None:
    """(n,) the threshold that a record asks for, `NEVER` where it asks for none; None: nobody asks.

    The attribute is a percentage, an int or a double; 0, and what no threshold can say, is no
    request.
    """
    column = batch.attribute(attribute)
    if not column.n_present:
        return None
    percents = np.where(_are_numbers(column), column.floats(), np.float64(0))
    distinct, codes = np.unique(percents, return_inverse=True)
    table = [_requested(percent, precision) for percent in distinct]
    asked: U64 = np.array(table, np.uint64)[codes]
    return asked


def _requested(percent: float, precision: int) -> int:
    return threshold_of(percent / 100.0, precision) if 0 < percent <= 100 else NEVER  # noqa: PLR2004
