"""The configuration of the `pprof` extension."""

from __future__ import annotations

from pydantic import Field

from spanloom import component
from spanloom.config.fields import Duration, Endpoint


class Dialer(component.Config):
    """The Collector's dialer block."""

    timeout: Duration = Duration("0")
    """Without effect."""


class Config(component.Config):
    """The Collector's keys; none has an effect."""

    endpoint: Endpoint = "localhost:1777"
    """Without effect: nothing listens there."""

    dialer: Dialer = Dialer()
    """Without effect: `timeout`."""

    block_profile_fraction: int = Field(default=0)
    """Without effect."""

    mutex_profile_fraction: int = Field(default=0)
    """Without effect."""

    save_to_file: str = ""
    """Without effect: no file is written."""
