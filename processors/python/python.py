"""Runs a user's own function over batches, or over their items one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
        self._by_item = config.mode == "item"

    def process(self, batch: AnyBatch) -> AnyBatch | None:
        """What the function makes of it. Raises what the function raises, and UserCodeError."""
        if self._by_item:
            return self._process_items(batch)
        result = self._function(batch)
        if result is not None and not isinstance(result, Traces | Logs | Metrics):
            raise UserCodeError(f"{self._where} must return a batch or None")
        if batch.open_views:
            raise UserCodeError(
                f"{self._where} kept an array of the batch; copy what shall outlive the call"
            )
        return result

    def _process_items(self, batch: AnyBatch) -> AnyBatch:
        results = [_call(self._function, item) for item in _items(batch)]
        kept = np.array([result is not None for result, _ in results], np.bool_)
        changed = [result if is_changed else None for result, is_changed in results]
        if any(item is not None for item in changed):
            batch.replace_items(changed)
        if not kept.all():
            batch.keep(kept, REASON)
        return batch


def _items(batch: AnyBatch) -> Iterator[Message]:
    if isinstance(batch, Metrics):
        raise UserCodeError("mode item works on spans and log records; use mode batch for metrics")
    return batch.spans() if isinstance(batch, Traces) else batch.records()


def _call(function: Callable[[Message], Any], item: Message) -> tuple[Any, bool]:
    """What the function returned, and whether that differs from what it got."""
    before = type(item)()
    before.CopyFrom(item)
    result = function(item)
    if result is not None and type(result) is not type(before):
        raise UserCodeError(f"the function must return a {type(before).__name__} or None")
    return result, result is not None and result != before


FACTORY = Factory(
    config=Config,
    create=PythonProcessor,
    signals=frozenset(BATCH_TYPES),
    stability="alpha",
)
