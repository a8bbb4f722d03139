"""Changes the attributes of resources."""

from __future__ import annotations

import numpy as np

from spanloom.batch import BATCH_TYPES
from spanloom.component import AnyBatch, Factory, Processor, Settings
from spanloom.processors.attributes.actions import apply_all, compile_actions
from spanloom.processors.resource.config import Config


class ResourceProcessor(Processor):
    """Actions on every resource of a batch."""

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        self.settings = settings
        self._actions = compile_actions(config.attributes)

    def process(self, batch: AnyBatch) -> AnyBatch:
        everywhere = np.ones(batch.n_resources, np.bool_)
        apply_all(self._actions, batch, "resource", everywhere)
        return batch


FACTORY = Factory(
    config=Config,
    create=ResourceProcessor,
    signals=frozenset(BATCH_TYPES),
    stability="beta",
)
