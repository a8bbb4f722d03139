"""Accepts the configuration of the Collector's profiler, which is Go's own."""

from __future__ import annotations

from spanloom.component import Extension, Factory, Host, Settings
from spanloom.extensions.pprof.config import Config


class Pprof(Extension):
    """Does nothing, and says so."""

    def __init__(self, config: Config, settings: Settings) -> None:
        del config
        self.settings = settings

    def start(self, host: Host) -> None:
        del host
        message = "This extension has no effect: its profiles are of the Go runtime."
        self.settings.logger.info(message, extra={"component": self.settings.id})

    def shutdown(self, timeout_s: float) -> None:
        """Nothing to release."""


FACTORY = Factory(
    config=Config,
    create=Pprof,
    signals=frozenset(),
    stability="stable",
)
