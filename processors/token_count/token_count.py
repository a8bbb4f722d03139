"""Fills missing token counts of inference spans from captured text, marked as estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spanloom.batch import Traces
from spanloom.columns import rows_where
from spanloom.component import Factory, Processor, Settings, Signal
from spanloom.processors.token_count.captured import SIDES, Captured
from spanloom.processors.token_count.config import Config
from spanloom.processors.token_count.counters import Counters
from spanloom.processors.token_count.families import family_of
from spanloom.processors.token_count.fill import Filling, Span
from spanloom.processors.token_count.measure import Measure
from spanloom.processors.token_count.metrics import TokenCountMetrics
from spanloom.semconv import (
    ERROR_TYPE,
    INFERENCE_OPERATIONS,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_TOKENS,
    REQUEST_MODEL,
    RESPONSE_MODEL,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Bool = NDArray[np.bool_]

_STATUS_ERROR = 2


class TokenCountProcessor(Processor):
    """Works span by span, but only on inference spans that lack a count."""

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        """Raises ValueError: splintr is not installed, or a vocabulary cannot be loaded."""
        self.settings = settings
        self._config = config
        self._counters = Counters(config, settings.config_dir)
        self._metrics = TokenCountMetrics(settings)

    def process(self, batch: Traces) -> Traces:
        lacks_input = ~batch.attribute(INPUT_TOKENS).present
        lacks_output = ~batch.attribute(OUTPUT_TOKENS).present
        if not lacks_input.any() and not lacks_output.any():
            return batch
        captured = {side: Captured(batch, side) for side in SIDES}
        filling = Filling(captured, len(batch), self._config.batch_bytes_max)
        for span in self._spans(batch, lacks_input, lacks_output):
            filling.fill(span)
        filling.write(batch)
        self._metrics.note(filling)
        return batch

    def _spans(self, batch: Traces, lacks_input: Bool, lacks_output: Bool) -> Iterator[Span]:
        """The inference spans that lack a count; embeddings write no tokens."""
        operation = batch.attribute(OPERATION)
        calls = rows_where(operation, INFERENCE_OPERATIONS.__contains__)
        lacks_output = lacks_output & ~rows_where(operation, lambda name: name == "embeddings")
        rows = np.flatnonzero(calls & (lacks_input | lacks_output)).tolist()
        if not rows:
            return
        operations = operation.strings()
        requested = batch.attribute(REQUEST_MODEL).strings()
        answering = batch.attribute(RESPONSE_MODEL).strings()
        failed = (batch.status_code == _STATUS_ERROR) | batch.attribute(ERROR_TYPE).present
        for row in rows:
            model = answering[row] or requested[row]
            method, count = self._counters.of(model)
            bytes_max = self._config.span_bytes_max
            yield Span(
                row=row,
                lacks={"input": bool(lacks_input[row]), "output": bool(lacks_output[row])},
                failed=bool(failed[row]),
                method=method,
                measure=Measure(count, family_of(model), operations[row], bytes_max),
            )


FACTORY = Factory(
    config=Config,
    create=TokenCountProcessor,
    signals=frozenset[Signal]({"traces"}),
    stability="alpha",
)
