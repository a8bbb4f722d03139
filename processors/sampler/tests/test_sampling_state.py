"""Tracestates of many thresholds, written at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from spanloom_native import BatchError, set_sampling_state

from spanloom.batch import Traces
from spanloom.testing import build_traces

RANDOMNESS = np.array([0, 2**56 - 1, 0x123456789ABCD], np.uint64)
CODES = np.array([1, 0, 1])


def states(batch: Traces) -> list[str]:
    return [span.trace_state for span in batch.spans()]


def test_each_span_gets_its_randomness_and_its_threshold() -> None:
    batch = Traces.from_message(build_traces(3))
    set_sampling_state(batch, RANDOMNESS, ["0", "c28"], CODES)
    first, second, third = "ot=rv:00000000000000;th:c28", "ot=rv:" + 14 * "f" + ";th:0", "ot=rv:"
    assert states(batch) == [first, second, third + "0123456789abcd;th:c28"]


def test_spans_that_are_left_out_keep_what_they_have() -> None:
    batch = Traces.from_message(build_traces(4))
    batch.set_trace_state("a=1")
    batch.keep(np.array([True, False, True, True]))
    set_sampling_state(batch, RANDOMNESS, ["0"], CODES * 0, where=np.array([False, True, False]))
    assert states(batch) == ["a=1", "ot=rv:" + 14 * "f" + ";th:0", "a=1"]


@pytest.mark.parametrize(
    "changed", [{"codes": CODES + 1}, {"codes": -CODES}, {"randomness": RANDOMNESS[1:]}]
)
def test_what_does_not_fit_is_refused_whole(changed: dict[str, Any]) -> None:
    batch = Traces.from_message(build_traces(3))
    given = {"randomness": RANDOMNESS, "thresholds": ["0", "8"], "codes": CODES, **changed}
    with pytest.raises(BatchError):
        set_sampling_state(batch, **given)
    assert not batch.is_edited
