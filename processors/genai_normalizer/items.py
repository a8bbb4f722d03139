"""The items of a batch as rules see and change them: never overwriting, noting what was added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.genai_normalizer.pieces import pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column
    from spanloom.component import AnyBatch
    from spanloom.processors.genai_normalizer.convert import Conversion

    Bool = NDArray[np.bool_]


@dataclass(slots=True)
class Turn:
    """What one dialect does to a batch.

    Attributes:
        rows_of: finds its items in a batch. It must not refer to the batch: a circle would keep
            the batch, and the bytes that it counts for, until the garbage collector comes.
        overwrite: whether it may replace what was there before it.
        rows: (n,) its items, once they were asked for.
        written: (n,) by key, where it has put something.
        added: (n,) where it has added something.
    """

    rows_of: Callable[[Items], Bool]
    overwrite: bool
    rows: Bool | None = None
    written: dict[str, Bool] = field(default_factory=dict)
    added: Bool | None = None


class Items:
    """One batch under one dialect. Masks are (n,) bool, True where an item is meant.

    Attributes:
        batch: traces, logs or metrics; items are spans, records, data points.
        kinds: attribute keys that the batch came with -> the kinds of their values, as bits.
        keys: attribute keys that the batch has, kept up to date by `put`.
        turn: of the dialect that is at work.
        problems: counts by reason, for the metrics.
        read: by key, where a rule has taken several facts from its value.
        never: keys that are not put, as the configuration does not want them.
        aliases: current name -> the target's name for it, where that is another one.

    Args:
        only: the keys that may be put; None is all. Data points take but a few, because each
            further attribute could make more time series.
    """

    def __init__(self, batch: AnyBatch, only: frozenset[str] | None = None) -> None:
        self.batch = batch
        self.kinds = batch.key_kinds()
        self.keys = set(self.kinds)
        self._only = only
        self.problems: dict[str, int] = {}
        self.never: frozenset[str] = frozenset()
        self.aliases: Mapping[str, str] = {}
        self.read: dict[str, Bool] = {}
        self.turn = Turn(everywhere, overwrite=False)

    @cached_property
    def all(self) -> Bool:
        """(n,) True everywhere."""
        everywhere = np.ones(len(self.batch), np.bool_)
        everywhere.setflags(write=False)
        return everywhere

    @property
    def rows(self) -> Bool:
        """(n,) where items are of the dialect at work."""
        if self.turn.rows is None:
            self.turn.rows = self.turn.rows_of(self)
        return self.turn.rows

    def column(self, key: str) -> Column:
        return self.batch.attribute(key)

    def present(self, key: str) -> Bool:
        """(n,) where the key is; all False when no item has it."""
        if key not in self.keys:
            return np.zeros(len(self.batch), np.bool_)
        return np.array(self.column(key).present)

    def allows(self, key: str) -> bool:
        """Whether `key` may be put at all."""
        return (self._only is None or key in self._only) and key not in self.never

    def open(self, key: str, where: Bool) -> Bool:
        """The part of `where` in which `key` may be written (R2)."""
        if self.turn.overwrite:
            written = self.turn.written.get(key)
            return where if written is None else where & ~written
        if key in self.keys:
            where = where & ~self.column(key).present
        alias = self.aliases.get(key)
        if alias in self.keys:
            where = where & ~self.column(alias).present
        return where

    def put(self, key: str, values: Any, where: Bool, codes: NDArray[Any] | None = None) -> None:
        """Set where allowed.

        Args:
            key: the current name.
            where: (n,) at most there.
            values: one for all, or (n,) array or list; with codes, the distinct values.
            codes: (n,) index into values; negative is no value.
        """
        if codes is not None:
            where = where & (codes >= 0)
        self._set(key, values, self.open(key, where), codes)

    def _set(self, key: str, values: Any, where: Bool, codes: NDArray[Any] | None) -> None:
        """Set where it is known to be allowed, and remember."""
        if not self.allows(key) or not np.count_nonzero(where):
            return
        self.batch.set_attribute(key, values, codes=codes, where=where)
        self.keys.add(key)
        turn = self.turn
        before = turn.written.get(key)
        turn.written[key] = where if before is None else before | where
        turn.added = where if turn.added is None else turn.added | where

    def put_constant(self, key: str, value: Any, where: Bool) -> None:
        """One value, a list too, wherever it may be written."""
        if isinstance(value, list):
            self.put(key, [value], where, np.zeros(len(self.batch), np.int32))
        else:
            self.put(key, value, where)

    def put_converted(self, key: str, column: Column, conversion: Conversion, where: Bool) -> None:
        """Set to the converted values of a column, where it has one and `key` may be written."""
        where = self.open(key, where & column.present)
        n_failed = np.count_nonzero(where)
        if not n_failed:
            return
        for values, codes, part in pieces(column, conversion, where, self.ask):
            self._set(key, values, part, codes)
            n_failed -= np.count_nonzero(part)
        if n_failed and not conversion.partial:
            self.problem("unconvertible", int(n_failed))

    def ask(self, function: Callable[[Any], Any], value: Any) -> Any:
        """What a dialect's function says of a value; None where it fails, which is a defect."""
        try:
            return function(value)
        except Exception:  # noqa: BLE001 - one value must not cost the others their names
            self.problem("defect")
            return None

    def note_read(self, key: str, where: Bool) -> None:
        before = self.read.get(key)
        self.read[key] = where if before is None else before | where

    def remove(self, key: str, where: Bool) -> None:
        if where.any():
            self.batch.remove_attribute(key, where=where)

    def problem(self, reason: str, n: int = 1) -> None:
        """Count what could not be done; reasons are a closed set of words."""
        self.problems[reason] = self.problems.get(reason, 0) + n


def everywhere(items: Items) -> Bool:
    """(n,) True: the rows of a turn of no dialect."""
    return items.all
