"""The configuration of what is told about a whole trace: `trace_spend` of the `cost` processor."""

from __future__ import annotations

from pydantic import Field

from spanloom.config.fields import Block, Duration


class SpendConfig(Block):
    """What a trace has spent so far, and which calls repeat a failed one, on its spans."""

    traces_max: int = Field(default=20_000, ge=1, le=10_000_000)
    """Traces remembered at once; beyond, the one that was quiet longest is forgotten, and
    counted. Of their calls eight times as many are remembered; a trace costs about 0.6 KB."""

    age: Duration = Duration("10m")
    """How long a trace is remembered after its last call was seen."""
