"""Runs a user's own function over batches, or over their items one by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spanloom.batch import BATCH_TYPES, Logs, Metrics, Traces
from spanloom.component import AnyBatch, Factory, Processor, Settings
from spanloom.processors.python.config import Config
from spanloom.processors.python.load import UserCodeError, load_function

if TYPE_CHECKING:
    from google.protobuf.message import Message

REASON = "python"


class PythonProcessor(Processor):
    """One thread at a time calls the function, so it may keep state in its module."""

    def __init__(self, config: Config, settings: Settings) -> None:
        """Imports the file. Raises UserCodeError when that or the function fails."""
        self.settings = settings
        self.on_error = config.on_error
        path = Path(settings.config_dir, config.path)
        self._function = load_function(path, config.function, config.options)
        self._where = f"{path.name}: {config.function}()"
        self._has_complained = False
        self._by_item = config.mode == "item"

    def process(self, batch: AnyBatch) -> AnyBatch | None:
        """What the function makes of it. Raises what the function raises, and UserCodeError."""
        if self._by_item:
            return self._process_items(batch)
        result = self._function(batch)
        if result is not None and not isinstance(result, Traces | Logs | Metrics):
            raise self._misuse("must return a batch or None")
        if batch.open_views:
            raise self._misuse("kept an array of the batch; copy what shall outlive the call")
        return result

    def _misuse(self, what: str) -> UserCodeError:
        """The error; logged here, as the log of a failed batch leaves its text out."""
        message = f"{self._where} {what}"
        if not self._has_complained:
            self._has_complained = True
            self.settings.logger.error(message, extra={"component": self.settings.id})
        return UserCodeError(message)

    def _process_items(self, batch: AnyBatch) -> AnyBatch:
        if isinstance(batch, Metrics):
            raise self._misuse("works on spans and log records in mode item, not on metrics")
        items = batch.spans() if isinstance(batch, Traces) else batch.records()
        results = [self._call(item) for item in items]
        kept = np.array([result is not None for result, _ in results], np.bool_)
        changed = [result if is_changed else None for result, is_changed in results]
        if any(item is not None for item in changed):
            batch.replace_items(changed)
        if not kept.all():
            batch.keep(kept, REASON)
        return batch

    def _call(self, item: Message) -> tuple[Message | None, bool]:
        """What the function returned, and whether that differs from what it got."""
        before = type(item)()
        before.CopyFrom(item)
        result = self._function(item)
        if result is None:
            return None, False
        if type(result) is not type(before):
            raise self._misuse(f"must return a {type(before).__name__} or None")
        return result, result != before


FACTORY = Factory(
    config=Config,
    create=PythonProcessor,
    signals=frozenset(BATCH_TYPES),
    stability="alpha",
)
