"""What became of data whose senders were answered while a processor held it."""

from __future__ import annotations

import time
from collections.abc import Callable

import grpc
import pytest

from spanloom.testing import build_traces
from spanloom.testing.sink import Answer, RecordingSink
from tests.runtime.conftest import Running, Sender, free_port, settled, wait_for

CONFIG = """
receivers:
  otlp/held: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
  otlp/plain: {protocols: {grpc: {endpoint: "127.0.0.1:PLAIN"}}}
processors:
  sampler:
    mode: equalizing
    sampling_percentage: 100
    scope: trace
    trace: {decision_wait: 50ms}
exporters:
  otlp:
    endpoint: SINK
    tls: {insecure: true}
    sending_queue: {num_consumers: 1, wait_timeout: 300ms}
    retry_on_failure: {initial_interval: DELAY, max_interval: DELAY, max_elapsed_time: ELAPSED}
service:
  pipelines:
    traces/held: {receivers: [otlp/held], processors: [sampler], exporters: [otlp]}
    traces/plain: {receivers: [otlp/plain], exporters: [otlp]}
"""
MakeSender = Callable[[int], Sender]
DOWN, UP = Answer(grpc_code=14), Answer()
REQUEST = build_traces(4).SerializeToString()


def start(
    running: Running, sink: RecordingSink, *, delay: str = "50ms", max_elapsed_time: str = "300s"
) -> tuple[str, int]:
    """The configuration, and the port of the pipeline that holds nothing."""
    port = free_port()
    text = CONFIG.replace("SINK", sink.grpc_endpoint).replace("PLAIN", str(port))
    text = text.replace("DELAY", delay).replace("ELAPSED", max_elapsed_time)
    running.start(text)
    return text, port


def test_data_outlives_a_back_end_that_is_down_for_longer_than_senders_wait(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink)
    sink.default = DOWN
    assert make_sender(running.port).send(REQUEST) == grpc.StatusCode.OK
    time.sleep(1.0)  # more than three times what a sender would be kept waiting
    sink.default = UP
    books = settled(running, "traces/held")
    assert (books["delivered"], books["refused"], books["dropped"]) == (4, 0, {})
    assert sink.n_items("traces") == 4


def test_senders_that_wait_are_refused_in_time_beside_it_and_nothing_comes_twice(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    _, port = start(running, sink)
    plain = make_sender(port)
    sink.default = DOWN
    assert make_sender(running.port).send(REQUEST) == grpc.StatusCode.OK
    wait_for(lambda: bool(sink.requests))
    # On a slow machine the last try is cut off.
    refused = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
    assert plain.send(REQUEST, timeout_s=5.0) in refused
    sink.default = UP
    assert plain.send(REQUEST, timeout_s=5.0) == grpc.StatusCode.OK
    assert settled(running, "traces/held")["delivered"] == 4
    books = settled(running, "traces/plain")
    assert (books["delivered"], books["refused"], books["dropped"]) == (4, 4, {})
    assert sink.n_items("traces") == 8


def test_what_is_given_up_at_last_is_booked_as_dropped(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink, max_elapsed_time="500ms")
    sink.default = DOWN
    assert make_sender(running.port).send(REQUEST) == grpc.StatusCode.OK
    books = settled(running, "traces/held")
    assert (books["delivered"], books["refused"]) == (0, 0)
    assert books["dropped"] == {"unavailable": 4}


@pytest.mark.parametrize("is_up", [True, False])
def test_a_stop_tries_a_last_time(
    running: Running, sink: RecordingSink, make_sender: MakeSender, is_up: bool
) -> None:
    start(running, sink, delay="60s")
    ledger = running.service.graph.ledgers["traces/held"]
    sink.default = DOWN
    assert make_sender(running.port).send(REQUEST) == grpc.StatusCode.OK
    wait_for(lambda: bool(sink.requests))
    sink.default = UP if is_up else DOWN
    running.service.shutdown(5.0)
    books = ledger.snapshot()
    lost = {} if is_up else {"unavailable": 4}
    assert (books["delivered"], books["refused"], books["dropped"]) == (4 * is_up, 0, lost)


def test_a_reload_that_keeps_the_exporter_keeps_it_trying(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    text, _ = start(running, sink)
    sink.default = DOWN
    assert make_sender(running.port).send(REQUEST) == grpc.StatusCode.OK
    wait_for(lambda: bool(sink.requests))
    running.reload(text.replace("decision_wait: 50ms", "decision_wait: 60ms"))
    time.sleep(0.5)
    sink.default = UP
    books = settled(running, "traces/held")
    assert (books["delivered"], books["refused"], books["dropped"]) == (4, 0, {})
