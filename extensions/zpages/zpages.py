"""Accepts the configuration of the Collector's diagnostic pages."""

from __future__ import annotations

from spanloom.component import Extension, Factory, Host, Settings
from spanloom.extensions.zpages.config import Config


class Zpages(Extension):
    """Does nothing, and says so."""

    def __init__(self, config: Config, settings: Settings) -> None:
        del config
        self.settings = settings

    def start(self, host: Host) -> None:
        del host
        message = "This extension has no effect: see the metrics endpoint and print-config instead."
        self.settings.logger.info(message, extra={"component": self.settings.id})

    def shutdown(self, timeout_s: float) -> None:
        """Nothing to release."""


FACTORY = Factory(
    config=Config,
    create=Zpages,
    signals=frozenset(),
    stability="stable",
)
