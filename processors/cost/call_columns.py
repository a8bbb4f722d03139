"""What is kept of the calls of a batch, to tell calls that come twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from spanloom import semconv
from spanloom.processors.cost.nesting import Call
from spanloom.processors.cost.same_response import Model, Told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.plans import Resolved
    from spanloom.processors.cost.usage import BatchUsage

    Unsigned = NDArray[np.uint64]
    Int = NDArray[np.int64]
    Rows = NDArray[np.intp] | None

T = TypeVar("T", bound=np.generic)

# Odd constants of splitmix64 and xxHash: they spread small counts over all bits.
_MIX_TRACE = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_MIX_COUNTS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))

_INPUT, _OUTPUT = ("input_tokens",), ("output_tokens",)
_CACHED = ("cache_read_tokens", "cache_write_tokens")

# Rows of `Traces.identities`.
_SPAN, _PARENT, _START, _END = 2, 3, 4, 5


@dataclass(slots=True)
class Seen:
    """Calls that have a price, as columns.

    Attributes:
        spans, parents: ids as integers; a parent of 0 is none.
        prints: fingerprints of trace, input and output.
        uncached_prints: likewise, with the input that was not cached.
        all_prints: all of them, the uncached ones where they differ.
        inputs, uncached: the counts.
        keys: of the response ids; 0 without one.
    """

    spans: list[int]
    parents: list[int]
    prints: list[int]
    uncached_prints: list[int]
    all_prints: Unsigned
    inputs: list[int]
    uncached: list[int]
    keys: list[int]

    def prints_of(self, i: int) -> tuple[int, ...]:
        """One or two."""
        one, other = self.prints[i], self.uncached_prints[i]
        return (one,) if one == other else (one, other)

    def call(self, i: int, *, is_billed: bool = True) -> Call:
        """One of them."""
        return Call(
            self.spans[i],
            self.parents[i],
            self.keys[i],
            self.inputs[i],
            self.uncached[i],
            is_billed,
        )


@dataclass(slots=True, eq=False)
class Columns:
    """The same as arrays: cheap to keep, and made into `Seen` only when needed.

    Attributes:
        keys: (n,) of the response ids; 0 without one.
        all_have_ids: no key is 0.
        identities: (6, n) as of `Traces.identities`.
        counts: (units, n) of the common units.
        units: which.
        models: what `ResponseIds` tells calls apart by, by code.
        codes: (n,) which of the models.
    """

    keys: Unsigned
    all_have_ids: bool
    identities: Unsigned
    counts: Int
    units: tuple[str, ...]
    models: list[Model]
    codes: NDArray[np.signedinteger]

    @classmethod
    def of(cls, batch: Traces, rows: Rows, usage: BatchUsage, resolved: Resolved) -> Columns:
        """Of some spans of a batch; `rows` None: of all."""
        counts = usage.matrix if rows is None else usage.matrix[:, rows]
        keys = _of_rows(batch.attribute(semconv.RESPONSE_ID).hashes(), rows)
        return cls(
            keys=keys,
            all_have_ids=np.count_nonzero(keys) == len(keys),
            identities=batch.identities() if rows is None else batch.identities()[:, rows],
            counts=counts,
            units=usage.units.common,
            models=resolved.known_models,
            codes=_of_rows(resolved.codes, rows),
        )

    def told(self, key: int) -> Told:
        """The one with this key, as calls with one response id are told apart."""
        i = int(np.flatnonzero(self.keys == np.uint64(key))[0])
        row = self.identities[:, i].tolist()
        return Told.at(row[_SPAN], row[_START], row[_END], self.models[self.codes[i]])

    def all_told(self) -> list[Told]:
        """All of them likewise, faster than one by one."""
        columns = (self.identities[each].tolist() for each in (_SPAN, _START, _END))
        return list(map(Told.at, *columns, map(self.models.__getitem__, self.codes.tolist())))

    def _sum(self, units: tuple[str, ...]) -> Unsigned:
        """(n,) the counts of these units; 0 where the batch has none."""
        rows = [row for row, unit in enumerate(self.units) if unit in units]
        found: Unsigned = self.counts[rows].view(np.uint64).sum(axis=0)
        return found

    def seen(self) -> Seen:
        """All of them, fingerprints computed."""
        inputs, outputs, cached = map(self._sum, (_INPUT, _OUTPUT, _CACHED))
        base = outputs * _MIX_COUNTS[1]
        for word, factor in enumerate(_MIX_TRACE):
            base += self.identities[word] * factor
        prints = base + inputs * _MIX_COUNTS[0]
        # Never less than none: what is no sound count has no amount, and does not come here.
        uncached = inputs - np.minimum(inputs, cached)
        uncached_prints = base + uncached * _MIX_COUNTS[0]
        return Seen(
            spans=self.identities[_SPAN].tolist(),
            parents=self.identities[_PARENT].tolist(),
            prints=prints.tolist(),
            uncached_prints=uncached_prints.tolist(),
            all_prints=np.concatenate([prints, uncached_prints[uncached_prints != prints]]),
            inputs=inputs.tolist(),
            uncached=uncached.tolist(),
            keys=self.keys.tolist(),
        )


def _of_rows(column: NDArray[T], rows: Rows) -> NDArray[T]:
    return column if rows is None else column[rows]
