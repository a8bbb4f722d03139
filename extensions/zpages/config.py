"""The configuration of the `zpages` extension."""

from __future__ import annotations

from spanloom import component
from spanloom.config.fields import Endpoint


class Expvar(component.Config):
    """The Collector's expvar block."""

    enabled: bool = False
    """Without effect."""


class Config(component.Config):
    """The Collector's keys; none has an effect."""

    endpoint: Endpoint = "localhost:55679"
    """Without effect: nothing listens there."""

    expvar: Expvar = Expvar()
    """Without effect: `enabled`."""
