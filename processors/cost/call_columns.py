"""What is kept of the calls of a batch, to tell calls that come twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.cost.nesting import Call, Key
from spanloom.processors.cost.same_response import Model, Told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spanloom.batch import Traces
    from spanloom.processors.cost.resolve import Resolved
    from spanloom.processors.cost.usage import BatchUsage

    Unsigned = NDArray[np.uint64]

# Odd constants of splitmix64 and xxHash: they spread small counts over all bits.
_MIX_TRACE = np.uint64(0x9E3779B97F4A7C15)
_MIX_COUNTS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))

_WHOLES = ("input_tokens", "output_tokens")
_CACHED = ("cache_read_tokens", "cache_write_tokens")


@dataclass(slots=True)
class Seen:
    """Calls that have a price, as columns.

    Attributes:
        spans, parents: ids as integers; a parent of 0 is none.
        prints: fingerprints of trace, input and output.
        uncached_prints: likewise, with the input that was not cached; `prints` itself where
            nothing was.
        inputs, uncached: the counts.
        keys: of the response ids.
    """

    spans: list[int]
    parents: list[int]
    prints: list[int]
    uncached_prints: list[int]
    inputs: list[int]
    uncached: list[int]
    keys: list[Key]

    @property
    def has_cached(self) -> bool:
        return self.uncached_prints is not self.prints

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
    """The same as copied bytes: cheap to keep, and made into `Seen` only when needed.

    Attributes:
        keys: of the response ids; n calls.
        all_have_ids: no key is None.
        spans, parents, traces: ids.
        starts, ends: unix nanoseconds.
        inputs, outputs, cached: (n,) counts as 8 bytes each; None where the batch has none.
        models: what `ResponseIds` tells calls apart by, by code.
        codes: (n,) of 8 bytes; None: all have the first model.
    """

    keys: list[Key]
    all_have_ids: bool
    spans: bytes
    parents: bytes
    traces: bytes
    starts: bytes
    ends: bytes
    inputs: bytes | None
    outputs: bytes | None
    cached: bytes | None
    models: list[Model]
    codes: bytes | None

    @classmethod
    def of(
        cls,
        batch: Traces,
        rows: NDArray[np.intp] | None,
        keys: list[Key],
        usage: BatchUsage,
        resolved: Resolved,
    ) -> Columns:
        """Of some spans of a batch; `rows` None: of all."""
        common = usage.common
        parts = [common[each].values for each in _CACHED if each in common]
        inputs, outputs = (c.values if (c := common.get(unit)) else None for unit in _WHOLES)
        cached = sum(parts[1:], parts[0]) if parts else None
        known = resolved.known_models
        codes = resolved.codes.astype(np.int64) if len(known) > 1 else None
        return cls(
            keys=keys,
            all_have_ids=None not in keys,
            spans=_kept(batch.span_id, rows),
            parents=_kept(batch.parent_span_id, rows),
            traces=_kept(batch.trace_id, rows),
            starts=_kept(batch.start_time_unix_nano, rows),
            ends=_kept(batch.end_time_unix_nano, rows),
            inputs=_kept(inputs, rows) if inputs is not None else None,
            outputs=_kept(outputs, rows) if outputs is not None else None,
            cached=_kept(cached, rows) if cached is not None else None,
            models=known,
            codes=_kept(codes, rows) if codes is not None else None,
        )

    def told(self, i: int) -> Told:
        """One of them, as calls with one response id are told apart."""
        span, start, end = (
            memoryview(e).cast("Q")[i] for e in (self.spans, self.starts, self.ends)
        )
        code = 0 if self.codes is None else memoryview(self.codes).cast("q")[i]
        return Told.at(span, start, end, self.models[code])

    def all_told(self) -> list[Told]:
        """All of them likewise, faster than one by one."""
        columns = (memoryview(e).cast("Q").tolist() for e in (self.spans, self.starts, self.ends))
        codes = [0] * len(self.keys)
        if self.codes is not None:
            codes = memoryview(self.codes).cast("q").tolist()
        return list(map(Told.at, *columns, map(self.models.__getitem__, codes)))

    def seen(self) -> Seen:
        """All of them, fingerprints computed."""
        n_calls = len(self.keys)
        inputs, outputs, cached = (
            _words(raw) if raw is not None else np.zeros(n_calls, np.uint64)
            for raw in (self.inputs, self.outputs, self.cached)
        )
        base = _words(self.traces)[1::2] * _MIX_TRACE + outputs * _MIX_COUNTS[1]
        prints = (base + inputs * _MIX_COUNTS[0]).tolist()
        whole = rest = inputs.tolist()
        rest_prints = prints
        if self.cached is not None and cached.any():
            # Never less than none: what is no sound count has no amount, and does not come here.
            uncached = inputs - np.minimum(inputs, cached)
            rest, rest_prints = uncached.tolist(), (base + uncached * _MIX_COUNTS[0]).tolist()
        spans, parents = (_words(raw).tolist() for raw in (self.spans, self.parents))
        return Seen(spans, parents, prints, rest_prints, whole, rest, self.keys)


def _kept(column: NDArray[Any], rows: NDArray[np.intp] | None) -> bytes:
    return (column if rows is None else column[rows]).tobytes()


def _words(raw: bytes) -> Unsigned:
    return np.frombuffer(raw, np.uint64)
