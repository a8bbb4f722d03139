"""The `nop` exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.batch import BATCH_TYPES
from spanloom.component import Exporter, Factory
from spanloom.delivery.metrics import UNITS, ItemMetrics
from spanloom.exporters.nop.config import NopConfig

if TYPE_CHECKING:
    from spanloom.component import AnyBatch, Settings


class NopExporter(Exporter):
    """Acknowledges what it throws away."""

    def __init__(self, config: NopConfig, settings: Settings) -> None:  # noqa: ARG002
        self.settings = settings
        self._items = {s: ItemMetrics(settings.telemetry, settings.id, s) for s in UNITS}

    def consume(self, batch: AnyBatch) -> None:
        self._items[batch.signal].sent.add(len(batch))
        batch.ack()


FACTORY = Factory(
    config=NopConfig, create=NopExporter, signals=frozenset(BATCH_TYPES), stability="stable"
)
