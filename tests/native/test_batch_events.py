"""Events of spans that a processor drops."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanloom_native import BatchError, Traces

from spanloom.testing import build_traces
from tests.native.batch_cases import request, wire
from tests.native.batch_model import Model
from tests.native.otlp_wire import searched

seeds = st.integers(0, 2**32)


def events_of(message: Any) -> list[tuple[Any, Any]]:
    """(span, event) of all events."""
    scopes = (s for r in message.resource_spans for s in r.scope_spans)
    return [(span, event) for scope in scopes for span in scope.spans for event in span.events]


def random_mask(rng: random.Random, n: int) -> Any:
    return np.array([rng.random() < 0.6 for _ in range(n)], np.bool_)


def drop(message: Any, mask: Any) -> None:
    for (span, event), kept in zip(events_of(message), mask.tolist(), strict=True):
        if not kept:
            span.events.remove(event)


@searched
@given(seeds)
def test_dropped_events_are_gone_and_all_else_stays(seed: int) -> None:
    rng = random.Random(seed)
    message = request(rng, "traces")
    batch = Traces.from_bytes(wire(rng, message))
    for _ in range(rng.randrange(1, 3)):
        where = random_mask(rng, len(batch.event_index))
        batch.set_attribute("new", "value", where=where, level="event")
        message = batch.to_message()
        # Events are told apart by their time, as two of a span may be equal.
        for number, (_, event) in enumerate(events_of(message)):
            event.time_unix_nano = number
        batch = Traces.from_message(message)
        mask = random_mask(rng, len(events_of(message)))
        batch.keep_events(mask)
        drop(message, mask)
        assert batch.to_message() == message
        left = events_of(message)
        assert batch.event_time_unix_nano.tolist() == [e.time_unix_nano for _, e in left]
        assert batch.event_name.strings() == [e.name for _, e in left]
        assert len(batch.attribute("a", "event")) == len(left)


@searched
@given(seeds)
def test_columns_agree_with_dropped_spans_and_edits(seed: int) -> None:
    rng = random.Random(seed)
    message = request(rng, "traces")
    for number, (_, event) in enumerate(events_of(message)):
        event.time_unix_nano = number
    batch, model = Traces.from_message(message), Model("traces", message.SerializeToString())
    mask = random_mask(rng, len(batch))
    batch.keep(mask)
    model.keep(mask.tolist())
    expected = model.final()
    mask = random_mask(rng, len(batch.event_index))
    batch.keep_events(mask)
    drop(expected, mask)
    batch.set_attribute("new", 1, level="event")
    for _, event in events_of(expected):
        event.attributes.add(key="new").value.int_value = 1
    assert batch.to_message() == expected
    spans = [span for r in expected.resource_spans for s in r.scope_spans for span in s.spans]
    counts = np.bincount(batch.event_index, minlength=len(spans)).tolist()
    assert counts == [len(span.events) for span in spans]


def test_keeping_all_events_leaves_the_very_bytes() -> None:
    encoded = build_traces(2).SerializeToString()
    batch = Traces.from_bytes(encoded)
    batch.keep_events(np.ones(len(batch.event_index), np.bool_))
    assert not batch.is_edited
    assert batch.encode() == [encoded]


def test_refuses_a_mask_of_another_length() -> None:
    with pytest.raises(BatchError, match="mask has length 7"):
        Traces.from_message(build_traces(1)).keep_events(np.ones(7, np.bool_))
