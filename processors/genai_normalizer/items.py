"""The items of a batch as rules see and change them: never overwriting, noting what was added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.columns import ValueKind
from spanloom.processors.genai_normalizer.convert import Conversion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Column
    from spanloom.component import AnyBatch

    Bool = NDArray[np.bool_]

_ARRAYS: dict[ValueKind, Callable[[Column], Any]] = {
    ValueKind.BOOL: lambda column: column.bools(),
    ValueKind.INT: lambda column: column.ints(),
    ValueKind.DOUBLE: lambda column: column.floats(),
}
# Kinds of values that need no look once strings have had one.
_DONE = (ValueKind.ABSENT, ValueKind.STRING)
# Kinds that hold no value.
_NONE = frozenset({ValueKind.ABSENT, ValueKind.EMPTY})


@dataclass(slots=True)
class Turn:
    """What one dialect does to a batch.

    Attributes:
        rows_of: finds its items.
        overwrite: whether it may replace what was there before it.
        rows: (n,) its items, once they were asked for.
        written: (n,) by key, where it has put something.
        added: (n,) where it has added something.
    """

    rows_of: Callable[[], Bool]
    overwrite: bool
    rows: Bool | None = None
    written: dict[str, Bool] = field(default_factory=dict)
    added: Bool | None = None


class Items:
    """One batch under one dialect. Masks are (n,) bool, True where an item is meant.

    Attributes:
        batch: traces, logs or metrics; items are spans, records, data points.
        keys: attribute keys that the batch has, kept up to date by `put`.
        turn: of the dialect that is at work.
        problems: counts by reason, for the metrics.
        read: by key, where a rule has taken several facts from its value.
        aliases: current name -> the target's name for it, where that is another one.

    Args:
        only: the keys that may be put; None is all. Data points take but a few, because each
            further attribute could make more time series.
    """

    def __init__(self, batch: AnyBatch, keys: set[str], only: frozenset[str] | None = None) -> None:
        self.batch = batch
        self.keys = keys
        self._only = only
        self.problems: dict[str, int] = {}
        self.aliases: Mapping[str, str] = {}
        self.read: dict[str, Bool] = {}
        self.turn = Turn(lambda: self.all, overwrite=False)

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
            self.turn.rows = self.turn.rows_of()
        return self.turn.rows

    def column(self, key: str) -> Column:
        return self.batch.attribute(key)

    def present(self, key: str) -> Bool:
        """(n,) where the key is; all False when no item has it."""
        if key not in self.keys:
            return np.zeros(len(self.batch), np.bool_)
        return np.array(self.column(key).present)

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
        if (self._only is not None and key not in self._only) or not np.count_nonzero(where):
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
        for values, codes, part in self.pieces(column, conversion, where):
            self._set(key, values, part, codes)
            n_failed -= np.count_nonzero(part)
        if n_failed and not conversion.partial:
            self.problem("unconvertible", int(n_failed))

    def pieces(
        self, column: Column, conversion: Conversion, where: Bool
    ) -> Iterator[tuple[Any, NDArray[Any] | None, Bool]]:
        """(values, codes or None, mask) for each kind of value in a column, converted.

        Masks do not overlap, lie in `where`, and hold only values that could be converted.
        """
        kinds = column.kinds
        codes = set(kinds.tobytes()) - _NONE
        for code in codes:
            kind = ValueKind(code)
            part = where if len(codes) == 1 else where & (kinds == code)
            if kind is ValueKind.STRING:
                yield self._strings(column, conversion, part)
            elif kind in conversion.keeps and kind in _ARRAYS:
                yield _numbers(column, conversion, part, kind)
            else:
                convert = None if kind in conversion.keeps else conversion.convert
                yield self._objects(column, convert, part)

    def _strings(
        self, column: Column, conversion: Conversion, where: Bool
    ) -> tuple[list[Any], NDArray[Any], Bool]:
        if ValueKind.STRING in conversion.keeps:
            return column.values, column.codes, where
        converted: list[Any] = [None] * len(column.values)
        for code in np.unique(column.codes[where]).tolist():
            converted[code] = self.ask(conversion.convert, column.values[code])
        return distinct(converted, column.codes, where)

    def _objects(
        self, column: Column, convert: Callable[[Any], Any] | None, where: Bool
    ) -> tuple[list[Any], NDArray[Any], Bool]:
        """One Python value per row: numbers in text's place and nested values are rare."""
        objects = column.objects()
        values: list[Any] = []
        codes = np.full(len(where), -1, np.int32)
        for row in np.flatnonzero(where).tolist():
            value = self.ask(convert, objects[row]) if convert else objects[row]
            if value is not None:
                codes[row] = len(values)
                values.append(value)
        return values, codes, where & (codes >= 0)

    def ask(self, function: Callable[[Any], Any], value: Any) -> Any:
        """What a dialect's function says of a value; None where it fails, which is a defect."""
        try:
            return function(value)
        except Exception:  # noqa: BLE001 - one value must not cost the others their names
            self.problem("defect")
            return None

    def repair(
        self,
        key: str,
        convert: Callable[[Any], Any],
        where: Bool | None = None,
        keeps: Iterable[ValueKind] = (),
    ) -> None:
        """Convert in place; a value that stays the same, or cannot be converted, is left alone.

        Args:
            key: a current name.
            convert: value -> the right one, or None.
            where: (n,) at most there; None is everywhere.
            keeps: kinds of values that are right as they are.
        """
        column = self.column(key)
        if ValueKind.STRING not in keeps and len(column.values):
            self._repair_strings(key, convert, column, where)
        done, kinds = bytes((*_DONE, *keeps)), column.kinds.tobytes()
        if kinds.strip(done):
            self._repair_objects(key, convert, column, [kind not in done for kind in kinds], where)

    def _repair_strings(
        self, key: str, convert: Callable[[Any], Any], column: Column, where: Bool | None
    ) -> None:
        used = range(len(column.values)) if where is None else np.unique(column.codes[where])
        texts: list[Any] = [None] * len(column.values)
        for code in used:
            if code >= 0:
                texts[code] = self._changed(convert, column.values[code])
        if any(text is not None for text in texts):
            rows = column.codes >= 0
            values, codes, part = distinct(
                texts, column.codes, rows if where is None else rows & where
            )
            self.batch.set_attribute(key, values, codes=codes, where=part)

    def _repair_objects(
        self,
        key: str,
        convert: Callable[[Any], Any],
        column: Column,
        wanted: list[bool],
        where: Bool | None,
    ) -> None:
        objects = column.objects()
        if self._are_right_singles(convert, objects):
            return
        # What equal values share, and can be a key: most lists hold one text; 1 is no True.
        names = [
            v[0] if type(v) is list and len(v) == 1 and type(v[0]) is str else (repr(v),)
            for v in objects
        ]
        distinct_values = dict(zip(names, objects, strict=True)).items()
        known = {name: self._changed(convert, value) for name, value in distinct_values}
        if all(result is None for result in known.values()):
            return
        rows = wanted if where is None else (where & np.array(wanted)).tolist()
        results = [known[n] if w else None for n, w in zip(names, rows, strict=True)]
        self.batch.set_attribute(key, results)

    def _are_right_singles(self, convert: Callable[[Any], Any], objects: list[Any]) -> bool:
        """Whether each is a list of one text that stays as it is; most finish reasons are."""
        try:
            texts = {value[0] for value in objects if value is not None}
            lengths = {len(value) for value in objects if value is not None}
        except (TypeError, KeyError, IndexError):
            return False
        return lengths <= {1} and all(
            type(text) is str and self._changed(convert, [text]) is None for text in texts
        )

    def _changed(self, convert: Callable[[Any], Any], value: Any) -> Any:
        """The converted value; None where there is none or it is the same."""
        converted = self.ask(convert, value)
        return None if converted == value and type(converted) is type(value) else converted

    def note_read(self, key: str, where: Bool) -> None:
        before = self.read.get(key)
        self.read[key] = where if before is None else before | where

    def remove(self, key: str, where: Bool) -> None:
        if where.any():
            self.batch.remove_attribute(key, where=where)

    def problem(self, reason: str, n: int = 1) -> None:
        """Count what could not be done; reasons are a closed set of words."""
        self.problems[reason] = self.problems.get(reason, 0) + n


def distinct(
    values: Sequence[Any], codes: NDArray[np.int32], where: Bool
) -> tuple[list[Any], NDArray[Any], Bool]:
    """The same without None: where values[codes[i]] is None there is no value."""
    if None not in values:
        return list(values), codes, where
    numbers = np.array([-1 if value is None else i for i, value in enumerate(values)] + [-1])
    kept = numbers[codes].astype(np.int32)
    filled = ["" if value is None else value for value in values]
    return filled, kept, where & (kept >= 0)


def _numbers(
    column: Column, conversion: Conversion, where: Bool, kind: ValueKind
) -> tuple[Any, None, Bool]:
    values = _ARRAYS[kind](column)
    if kind is ValueKind.INT and conversion.minimum is not None:
        where = where & (values >= conversion.minimum)
    return values, None, where
