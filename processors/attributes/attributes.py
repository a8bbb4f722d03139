"""Changes the attributes of spans, log records and data points."""

from __future__ import annotations

from spanloom.batch import BATCH_TYPES
from spanloom.component import AnyBatch, Factory, Processor, Settings
from spanloom.processors.attributes.actions import apply_all, compile_actions
from spanloom.processors.attributes.config import Config
from spanloom.processors.attributes.matching import Selection


class AttributesProcessor(Processor):
    """Actions on the selected items."""

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        self.settings = settings
        self._actions = compile_actions(config.actions)
        self._selection = Selection(config.include, config.exclude)

    def process(self, batch: AnyBatch) -> AnyBatch:
        apply_all(self._actions, batch, "item", self._selection.mask(batch))
        return batch


FACTORY = Factory(
    config=Config,
    create=AttributesProcessor,
    signals=frozenset(BATCH_TYPES),
    stability="beta",
)
