"""Rules over whole traces: the highest percentage of any item counts."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from spanloom.batch import Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.sampler import FACTORY
from spanloom.testing import FakeClock, Recording, attach, build_traces, make_settings

CERTAIN = {"name": "errors", "error": True}
RARE = {
    "name": "rare",
    "sampling_percentage": 1.0,
    "attributes": [{"key": "gen_ai.request.model", "equals": "rare"}],
}


def arriving(spans: list[tuple[int, str, int]], *, n_batches: int) -> Recording:
    """What leaves of spans, given by trace, model and status; the batches have equal sizes."""
    config = {
        "mode": "equalizing",
        "scope": "trace",
        "sampling_percentage": 0.0,
        "rules": [CERTAIN, RARE],
        "reason_attribute": "why",
    }
    rest = Recording("ack")
    made = Config.model_validate_json(json.dumps(config))
    sampler = attach(FACTORY.create(made, make_settings("sampler", clock=FakeClock())), rest)
    size = len(spans) // n_batches
    for first in range(0, len(spans), size):
        sampler.consume(batch_of(spans[first : first + size]))
    sampler.shutdown(1.0)
    return rest


def batch_of(chosen: list[tuple[int, str, int]]) -> Traces:
    request = build_traces(len(chosen), content_bytes=60)
    spans = request.resource_spans[0].scope_spans[0].spans
    for span, (trace, model, status) in zip(spans, chosen, strict=True):
        span.trace_id, span.status.code = trace.to_bytes(16, "big"), status  # type: ignore[assignment]
        for attribute in span.attributes:
            if attribute.key == "gen_ai.request.model":
                attribute.value.string_value = model
    return Traces.from_message(request)


def reasons(rest: Recording) -> list[tuple[int, Any]]:
    """Trace and reason of each span that left."""
    return [
        (int.from_bytes(span.trace_id, "big"), attribute.value.string_value)
        for message in rest.messages
        for span in message.resource_spans[0].scope_spans[0].spans
        for attribute in span.attributes
        if attribute.key == "why"
    ]


@pytest.mark.parametrize("n_batches", [1, 2])
@pytest.mark.parametrize("order", list(itertools.permutations([(1, "rare", 0), (1, "other", 2)])))
def test_the_highest_percentage_counts_in_whatever_order_items_come(
    order: tuple[tuple[int, str, int], ...], n_batches: int
) -> None:
    rest = arriving(list(order), n_batches=n_batches)
    assert reasons(rest) == [(1, "rule:errors")] * 2


def test_each_trace_of_a_batch_is_kept_by_its_own_rule() -> None:
    # The low 56 bits of a trace id are its randomness: the last ones pass the threshold of 1 %.
    low, high = 7, 2**56 - 7
    spans = [(low, "x", 2), (high, "rare", 0), (low + 1, "rare", 0), (high + 1, "x", 0)]
    rest = arriving(spans, n_batches=1)
    assert sorted(reasons(rest)) == [(low, "rule:errors"), (high, "rule:rare")]
