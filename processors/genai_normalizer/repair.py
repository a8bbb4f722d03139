"""Values that stand under the right name, converted in place.

A value that stays the same, or cannot be converted, is left alone. Most are right already, so the
way to see that is short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.columns import ValueKind
from spanloom.processors.genai_normalizer.pieces import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column
    from spanloom.processors.genai_normalizer.items import Items

    Bool = NDArray[np.bool_]

# Kinds of values that need no look once strings have had one.
_DONE = (ValueKind.ABSENT, ValueKind.STRING)


def repair(  # noqa: PLR0913 - all but the first three by name
    items: Items,
    key: str,
    convert: Callable[[Any], Any],
    where: Bool | None = None,
    keeps: Iterable[ValueKind] = (),
    *,
    counts: bool = False,
) -> None:
    """Convert the values of `key`.

    Args:
        items: the batch; what is repaired does not count as added.
        key: a current name.
        convert: value -> the right one, or None.
        where: (n,) at most there; None is everywhere.
        keeps: kinds of values that are right as they are.
        counts: what cannot be converted is a problem, once for each distinct value.
    """
    work = _Repair(items, key, convert, items.column(key), counts)
    if ValueKind.STRING not in keeps and len(work.column.values):
        work.strings(where)
    done, kinds = bytes((*_DONE, *keeps)), work.column.kinds.tobytes()
    if kinds.strip(done):
        is_done = np.zeros(256, np.bool_)
        is_done[list(done)] = True
        wanted: Bool = ~is_done[work.column.kinds]
        work.objects(wanted if where is None else wanted & where)


@dataclass(frozen=True, slots=True)
class _Repair:
    items: Items
    key: str
    convert: Callable[[Any], Any]
    column: Column
    counts: bool

    def strings(self, where: Bool | None) -> None:
        codes = self.column.codes
        self._set(self.column.values, codes, codes >= 0 if where is None else (codes >= 0) & where)

    def objects(self, wanted: Bool) -> None:
        """All other values."""
        codes, values = self.column.distinct()
        self._set(values, codes, wanted)

    def _set(self, values: list[Any], codes: NDArray[np.int32], rows: Bool) -> None:
        """Convert once per distinct value, and set what changed."""
        changed: list[Any] = [None] * len(values)
        for code in set(codes[rows].tolist()) - {-1}:
            changed[code] = self._changed(values[code])
        if any(value is not None for value in changed):
            changed, codes, part = distinct(changed, codes, rows)
            self.items.batch.set_attribute(self.key, changed, codes=codes, where=part)

    def _changed(self, value: Any) -> Any:
        """The converted value; None where there is none or it is the same."""
        converted = self.items.ask(self.convert, value)
        if converted is None and value is not None and self.counts:
            self.items.problem("unconvertible")
        return None if converted == value and type(converted) is type(value) else converted
