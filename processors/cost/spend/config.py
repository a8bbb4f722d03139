"""The configuration of what is told about a whole trace: `trace_spend` of the `cost` processor."""

from __future__ import annotations

from pydantic import Field

from spanloom.config.fields import Block, Duration


class SpendConfig(Block):
    """What a trace has spent so far, and which calls repeat a failed one, on its spans."""

    traces_max: int = Field(default=20_000, ge=2, le=10_000_000)
    """Traces remembered at once, about 0.6 KB each. With more, the half that was quiet longest
    is forgotten, and counted; likewise with more than eight times as many calls."""

    age: Duration = Duration("10m")
    """How long a trace is remembered after its last call was seen at least, and up to twice as
    long."""
