"""How long a call kept accelerators busy, for models that are billed by the second."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from spanloom.processors.cost.prices import SECOND_NS
from spanloom.processors.cost.usage import exact_number

if TYPE_CHECKING:
    from spanloom.batch import Traces
    from spanloom.processors.cost.exact import Count

PREFILL = "gen_ai.latency.time_in_model_prefill"
DECODE = "gen_ai.latency.time_in_model_decode"


class GpuSeconds:
    """Seconds by row: prefill and decode where the server tells both, else the whole span.

    The whole span includes the time in the queue; servers that matter tell the phases.
    """

    def __init__(self, batch: Traces, keys: Collection[str]) -> None:
        self._batch = batch
        self._has_phases = PREFILL in keys and DECODE in keys
        self._phases: list[tuple[Any, Any]] | None = None

    def __call__(self, row: int) -> Count | None:
        """None where the span has no duration."""
        if self._has_phases:
            prefill, decode = (exact_number(value) for value in self._of(row))
            if prefill is not None and decode is not None:
                return prefill + decode
        start = int(self._batch.start_time_unix_nano[row])
        end = int(self._batch.end_time_unix_nano[row])
        return Fraction(end - start, SECOND_NS) if 0 < start <= end else None

    def _of(self, row: int) -> tuple[Any, Any]:
        if self._phases is None:
            columns = (self._batch.attribute(key).objects() for key in (PREFILL, DECODE))
            self._phases = list(zip(*columns, strict=True))
        return self._phases[row]
