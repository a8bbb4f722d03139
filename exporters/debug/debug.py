"""The `debug` exporter."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from spanloom.batch import BATCH_TYPES
from spanloom.component import Exporter, Factory
from spanloom.delivery.health import Health
from spanloom.delivery.metrics import UNITS, ItemMetrics
from spanloom.exporters.debug.config import DebugConfig
from spanloom.exporters.debug.detailed import detailed_text
from spanloom.exporters.debug.normal import normal_text

if TYPE_CHECKING:
    from spanloom.clock import Clock
    from spanloom.component import AnyBatch, Settings


class Sampler:
    """Passes the first `initial` of each second, then every `thereafter`-th."""

    def __init__(self, initial: int, thereafter: int, clock: Clock) -> None:
        self._initial, self._thereafter = initial, thereafter
        self._clock = clock
        self._lock = threading.Lock()
        self._second = -1
        self._n_seen = 0

    def passes(self) -> bool:
        with self._lock:
            second = int(self._clock.monotonic_s())
            if second != self._second:
                self._second, self._n_seen = second, 0
            self._n_seen += 1
            n_beyond = self._n_seen - self._initial
        if n_beyond <= 0:
            return True
        return self._thereafter > 0 and n_beyond % self._thereafter == 0


class DebugExporter(Exporter):
    """Shows batches and acknowledges them, whatever comes of the showing."""

    def __init__(self, config: DebugConfig, settings: Settings) -> None:
        self.settings = settings
        self._config = config
        self._sampler = Sampler(config.sampling_initial, config.sampling_thereafter, settings.clock)
        self._health = Health(settings.logger)
        self._items = {s: ItemMetrics(settings.telemetry, settings.id, s) for s in UNITS}

    def consume(self, batch: AnyBatch) -> None:
        n_items = len(batch)
        try:
            if self._sampler.passes():
                self._show(batch)
        except Exception as cause:  # noqa: BLE001 - what cannot be shown still came through
            self._health.broke(cause)
        self._items[batch.signal].sent.add(n_items)
        batch.ack()

    def _show(self, batch: AnyBatch) -> None:
        fields = {
            "resources": batch.n_resources,
            "scopes": batch.n_scopes,
            UNITS[batch.signal]: len(batch),
        }
        self.settings.logger.info(batch.signal, extra=fields)
        if self._config.verbosity == "normal":
            self._print(normal_text(batch.signal, batch.to_message()))
        elif self._config.verbosity == "detailed":
            self._print(detailed_text(batch.signal, batch.to_message()))

    def _print(self, text: str) -> None:
        # Not through the log, which by its rules never holds content.
        for path in self._config.output_paths:
            stream = sys.stdout if path == "stdout" else sys.stderr
            stream.write(text)
            stream.flush()


FACTORY = Factory(config=DebugConfig, create=DebugExporter, signals=frozenset(BATCH_TYPES))
