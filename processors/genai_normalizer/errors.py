"""The kind of error of calls that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.batch import Traces
from spanloom.semconv import ERROR_TYPE, OPERATION

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

_ERROR = 2
_EXCEPTION, _TYPE = "exception", "exception.type"
# A name of a class; what is longer is no such name.
_CHARACTERS_MAX = 256


def put_error_types(items: Items) -> None:
    """`error.type` of failed spans with an operation: the class of their last exception, which the
    conventions take where a call tells no code of its own. A loop over those events.
    """
    batch = items.batch
    if not isinstance(batch, Traces) or OPERATION not in items.keys:
        return
    where = (batch.status_code == _ERROR) & items.column(OPERATION).present
    if not where.any() or _TYPE not in batch.keys("event"):
        return
    names, types = batch.event_name, batch.attribute(_TYPE, "event").strings()
    is_exception = np.array([name == _EXCEPTION for name in names.values] + [False])[names.codes]
    spans = batch.event_index.tolist()
    values: list[Any] = [None] * len(batch)
    for event in np.flatnonzero(is_exception).tolist():
        if 0 < len(types[event]) <= _CHARACTERS_MAX:
            values[spans[event]] = types[event]
    items.put(ERROR_TYPE, values, where & np.array([value is not None for value in values]))
