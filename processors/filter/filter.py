"""Drops the items for which a condition holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.batch import BATCH_TYPES, Metrics
from spanloom.component import AnyBatch, Factory, Processor, Settings
from spanloom.logs import describe
from spanloom.processors.filter.config import Config
from spanloom.processors.filter.evaluate import compile_condition

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from spanloom.processors.filter.fields import ContextName

    Mask = NDArray[np.bool_]

REASON = "filtered"


class FilterProcessor(Processor):
    """Keeps what no condition describes; the rest is booked as `filtered`."""

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        self.settings = settings
        self._error_mode = config.error_mode
        self._items = {
            "traces": _compiled(config.traces.span, "span"),
            "logs": _compiled(config.logs.log_record, "log_record"),
            "metrics": _compiled(config.metrics.datapoint, "datapoint"),
        }
        self._metrics = _compiled(config.metrics.metric, "metric")

    def process(self, batch: AnyBatch) -> AnyBatch:
        dropped = self._any(self._items[batch.signal], batch, len(batch))
        if isinstance(batch, Metrics) and self._metrics:
            dropped |= self._any(self._metrics, batch, batch.n_metrics)[batch.metric_index]
        if dropped.any():
            batch.keep(~dropped, REASON)
        return batch

    def _any(self, conditions: Sequence[Callable[[Any], Mask]], batch: Any, n_rows: int) -> Mask:
        """(n_rows,) True where one of the conditions holds."""
        found = np.zeros(n_rows, np.bool_)
        for position, condition in enumerate(conditions):
            try:
                found |= condition(batch)
            except Exception as error:
                if self._error_mode == "propagate":
                    raise
                self._note(position, error)
        return found

    def _note(self, position: int, error: Exception) -> None:
        if self._error_mode == "ignore":
            fields = {
                "component": self.settings.id,
                "condition": position,
                "error": describe(error),
            }
            self.settings.logger.warning("A condition failed and was ignored.", extra=fields)


def _compiled(conditions: list[str], context: ContextName) -> list[Callable[[Any], Mask]]:
    return [compile_condition(text, context) for text in conditions]


FACTORY = Factory(
    config=Config,
    create=FilterProcessor,
    signals=frozenset(BATCH_TYPES),
    stability="beta",
)
