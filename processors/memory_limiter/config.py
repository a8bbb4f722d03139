"""The configuration of the `memory_limiter` processor."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from spanloom import component
from spanloom.config.fields import Duration


class Config(component.Config):
    """Two limits on the memory of the process: a hard one, and a soft one below it by the spike."""

    check_interval: Duration = Duration("1s")
    """Time between two measurements; above 0."""

    limit_mib: int = Field(default=0, ge=0)
    """The hard limit in MiB of resident memory. 0: `limit_percentage` says it. One of the two is
    required; this one wins."""

    spike_limit_mib: int = Field(default=0, ge=0)
    """How far the soft limit lies below the hard one, in MiB; 0: 20 % of it."""

    limit_percentage: int = Field(default=0, ge=0, le=100)
    """The hard limit in percent of the memory granted: of the control group (v1 and v2), or of
    the machine."""

    spike_limit_percentage: int = Field(default=0, ge=0, le=100)
    """How far the soft limit lies below the hard one, in percent of the memory granted; 0: 20 %
    of the hard limit."""

    min_gc_interval_when_soft_limited: Duration = Duration("10s")
    """Least time between two forced garbage collections above the soft limit; 0: at each check."""

    min_gc_interval_when_hard_limited: Duration = Duration("0")
    """The same above the hard limit; not above `min_gc_interval_when_soft_limited`."""

    max_gc_interval_when_soft_limited: Duration = Duration("30s")
    """The longest interval that collections back off to, above the soft limit, while each frees
    less than 5 % of the memory; at least `min_gc_interval_when_soft_limited`."""

    max_gc_interval_when_hard_limited: Duration = Duration("30s")
    """The same above the hard limit; at least `min_gc_interval_when_hard_limited`."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for broken, rule in self._rules():
            if broken:
                raise ValueError(rule)
        return self

    def _rules(self) -> list[tuple[bool, str]]:
        soft_min, hard_min = (
            self.min_gc_interval_when_soft_limited,
            self.min_gc_interval_when_hard_limited,
        )
        return [
            (not self.check_interval, "check_interval must be above 0; 1s is a good start"),
            (
                not self.limit_mib and not self.limit_percentage,
                "limit_mib or limit_percentage must be above 0",
            ),
            (
                0 < self.limit_mib <= self.spike_limit_mib,
                "spike_limit_mib must be smaller than limit_mib",
            ),
            (
                0 < self.limit_percentage <= self.spike_limit_percentage,
                "spike_limit_percentage must be smaller than limit_percentage",
            ),
            (
                soft_min < hard_min,
                (
                    "min_gc_interval_when_soft_limited must not be below "
                    "min_gc_interval_when_hard_limited"
                ),
            ),
            (
                self.max_gc_interval_when_soft_limited < soft_min,
                "max_gc_interval_when_soft_limited must not be below its minimum",
            ),
            (
                self.max_gc_interval_when_hard_limited < hard_min,
                "max_gc_interval_when_hard_limited must not be below its minimum",
            ),
        ]
