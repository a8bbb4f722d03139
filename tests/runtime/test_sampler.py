"""Whole traces sampled in a running service, their spans in several requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from spanloom.testing import build_logs, build_traces
from spanloom.testing.sink import RecordingSink
from tests.runtime.conftest import Running, Sender, wait_for

CONFIG = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
processors:
  sampler:
    mode: equalizing
    sampling_percentage: 0
    scope: trace
    trace: {decision_wait: 2s, wait_for_result: WAIT}
    rules:
      - {name: errors, error: true}
  probabilistic_sampler: {sampling_percentage: 100}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [sampler], exporters: [otlp]}
    logs: {receivers: [otlp], processors: [probabilistic_sampler], exporters: [otlp]}
"""

MakeSender = Callable[[int], Sender]


def start(running: Running, sink: RecordingSink, *, wait: bool) -> None:
    text = CONFIG.replace("SINK", sink.grpc_endpoint)
    running.start(text.replace("WAIT", str(wait).lower()))


def requests_of(n_traces: int, n_requests: int) -> list[bytes]:
    """Each request holds one span of every trace; the last one of odd traces is an error."""
    made = []
    for number in range(n_requests):
        request = build_traces(n_traces)
        for trace, span in enumerate(request.resource_spans[0].scope_spans[0].spans):
            span.trace_id = (1 + trace).to_bytes(16, "big")
            span.span_id = (1 + trace * n_requests + number).to_bytes(8, "big")
            is_error = number == n_requests - 1 and trace % 2
            span.status.code = 2 if is_error else 0
        made.append(request.SerializeToString())
    return made


def received(sink: RecordingSink) -> list[Any]:
    return [
        span
        for message in sink.messages("traces")
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


@pytest.mark.parametrize("wait", [True, False])
def test_traces_with_an_error_arrive_whole(
    running: Running,
    sink: RecordingSink,
    make_sender: MakeSender,
    wait: bool,
) -> None:
    start(running, sink, wait=wait)
    sender = make_sender(running.port)
    calls = [sender.begin(request) for request in requests_of(20, 4)]
    assert [call.code() for call in calls] == [grpc.StatusCode.OK] * 4
    # Answered after delivery, or while all is still held.
    assert running.books()["in_flight"] == (0 if wait else 80)
    wait_for(lambda: running.books()["in_flight"] == 0)
    spans = received(sink)
    assert len(spans) == 40
    assert {int.from_bytes(span.trace_id, "big") for span in spans} == set(range(2, 21, 2))
    assert {span.trace_state for span in spans} == {"ot=th:0"}
    books = running.books()
    assert (books["delivered"], books["dropped"]) == (40, {"sampled_out": 40})
    # A span that comes late follows the decision.
    assert sender.send(requests_of(20, 4)[0]) == grpc.StatusCode.OK
    wait_for(lambda: len(received(sink)) == 50)


def test_a_stop_hands_on_what_is_held(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink, wait=False)
    sender = make_sender(running.port)
    for request in requests_of(4, 2):
        assert sender.send(request) == grpc.StatusCode.OK
    running.service.shutdown(5.0)
    assert len(received(sink)) == 4


def test_the_collectors_name_means_this_processor(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink, wait=False)
    request = build_logs(3).SerializeToString()
    assert make_sender(running.port).send(request, "logs") == grpc.StatusCode.OK
    (message,) = sink.messages("logs")
    records = message.resource_logs[0].scope_logs[0].log_records
    keys = {attribute.key for record in records for attribute in record.attributes}
    assert {"sampling.threshold", "sampling.randomness"} <= keys
