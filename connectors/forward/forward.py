"""Hands every batch on to the pipelines that it feeds, unchanged."""

from __future__ import annotations

from spanloom.batch import BATCH_TYPES
from spanloom.component import AnyBatch, Connector, Factory, Settings
from spanloom.connectors.forward.config import Config


class ForwardConnector(Connector):
    """The end of some pipelines and the start of others; the sender waits for the latter."""

    def __init__(self, config: Config, settings: Settings) -> None:
        del config
        self.settings = settings

    def consume(self, batch: AnyBatch) -> None:
        self.consumers[batch.signal].consume(batch)


FACTORY = Factory(
    config=Config,
    create=ForwardConnector,
    signals=frozenset((signal, signal) for signal in BATCH_TYPES),
    stability="beta",
)
