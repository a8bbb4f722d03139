"""Native batches through the delivery to a server, and what their ledger says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from spanloom_native import Ledger, Traces

from spanloom.exporters.otlp import FACTORY
from spanloom.testing import FakeHost, build_traces, make_settings
from spanloom.testing.sink import Answer, RecordingSink


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with RecordingSink() as sink:
        yield sink


def export(sink: RecordingSink, requests: list[bytes], **config: Any) -> dict[str, Any]:
    """The ledger after all requests went through an `otlp` exporter."""
    keys = {"endpoint": f"http://{sink.grpc_endpoint}", "compression": "none"} | config
    exporter = FACTORY.create(FACTORY.config.model_validate(keys), make_settings("otlp"))
    ledger = Ledger()
    exporter.start(FakeHost())
    for request in requests:
        batch = Traces.from_bytes(request)
        batch.enter(ledger)
        exporter.consume(batch)
    exporter.shutdown(10)
    snapshot: dict[str, Any] = ledger.snapshot()
    return snapshot


def test_one_request_leaves_byte_for_byte(sink: RecordingSink) -> None:
    request = build_traces(10).SerializeToString()
    assert export(sink, [request])["delivered"] == 10
    assert [r.body for r in sink.requests] == [request]


def test_many_requests_arrive_once_each(sink: RecordingSink) -> None:
    requests = [build_traces(5, seed=seed).SerializeToString() for seed in range(200)]
    assert export(sink, requests)["delivered"] == 1000
    assert len(sink.requests) < 200
    arrived = b"".join(r.body for r in sink.requests)
    spans = Traces.from_bytes(arrived).span_id.tobytes()
    assert {spans[i : i + 8] for i in range(0, 8000, 8)} == {
        span.span_id for request in requests for span in Traces.from_bytes(request).spans()
    }


def test_large_batch_is_split_below_the_limit(sink: RecordingSink) -> None:
    request = build_traces(1000).SerializeToString()
    books = export(sink, [request], sending_queue={"batch": {"max_size": 100_000}})
    assert books["delivered"] == 1000
    assert max(len(r.body) for r in sink.requests) <= 100_000


def test_permanent_refusal_is_a_named_drop(sink: RecordingSink) -> None:
    sink.script(Answer(grpc_code=3))
    books = export(sink, [build_traces(4).SerializeToString()])
    assert books["dropped"] == {"invalid_argument": 4}


def test_partial_success_is_a_named_drop(sink: RecordingSink) -> None:
    sink.script(Answer(n_rejected=3))
    books = export(sink, [build_traces(4).SerializeToString()])
    assert (books["delivered"], books["dropped"]) == (1, {"rejected": 3})


def test_retryable_failure_is_a_refusal(sink: RecordingSink) -> None:
    sink.script(Answer(grpc_code=14))
    retry = {"enabled": False}
    books = export(sink, [build_traces(4).SerializeToString()], retry_on_failure=retry)
    assert (books["refused"], books["in_flight"]) == (4, 0)


def test_loss_after_the_acknowledgement_is_a_named_drop(sink: RecordingSink) -> None:
    sink.script(Answer(grpc_code=14))
    once = {"sending_queue": {"wait_for_result": False}, "retry_on_failure": {"enabled": False}}
    books = export(sink, [build_traces(4).SerializeToString()], **once)
    assert (books["dropped"], books["refused"]) == ({"unavailable": 4}, 0)
