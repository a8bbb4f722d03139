"""The message events of one call, sent in several requests to a running service."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest

from spanloom.testing import build_logs
from spanloom.testing.builders import any_value
from spanloom.testing.sink import Answer, RecordingSink
from tests.runtime.conftest import Running, Sender, wait_for
from tests.runtime.test_process import Collector

CONFIG = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
processors:
  genai_normalizer: {merge_message_events: true, MORE}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [genai_normalizer], exporters: [otlp]}
    traces: {receivers: [otlp], processors: [genai_normalizer], exporters: [otlp]}
"""
MakeSender = Callable[[int], Sender]
DETAILS = "gen_ai.client.inference.operation.details"
N_CALLS = 300


class Process(Collector):
    """A collector process that holds events."""

    def write(self, used: str = "merge_wait: 60s") -> None:
        """`used`: what the processor is told."""
        quiet = "service:\n  telemetry: {metrics: {level: none}}\n"
        text = CONFIG.replace("service:\n", quiet).replace("PORT", str(self.port))
        text = text.replace("MORE", used)
        self._config.write_text(text.replace("SINK", self._sink.grpc_endpoint))


@pytest.fixture
def process(tmp_path: Path, sink: RecordingSink) -> Iterator[Process]:
    made = Process(tmp_path, sink)
    yield made
    made.process.kill()
    made.process.wait()


def event(name: str, body: object, n_calls: int = 1) -> bytes:
    """One event of each call."""
    request = build_logs(n_calls)
    for number, record in enumerate(request.resource_logs[0].scope_logs[0].log_records, 1):
        record.event_name, record.trace_id = name, b"\x02" * 16
        record.span_id = number.to_bytes(8, "big")
        record.body.CopyFrom(any_value(body))
    encoded: bytes = request.SerializeToString()
    return encoded


QUESTION = event("gen_ai.user.message", {"content": "How warm?"})
QUESTIONS = event("gen_ai.user.message", {"content": "How warm?"}, N_CALLS)
ANSWER = event("gen_ai.choice", {"finish_reason": "stop", "message": {"content": "18"}})


def names(sink: RecordingSink) -> list[str]:
    groups = [s for m in sink.messages("logs") for r in m.resource_logs for s in r.scope_logs]
    return [record.event_name for group in groups for record in group.log_records]


def wait_for_names(sink: RecordingSink, n_names: int) -> None:
    wait_for(lambda: len(names(sink)) >= n_names)
    assert names(sink) == [DETAILS] * n_names


def start(running: Running, sink: RecordingSink, more: str) -> None:
    running.start(CONFIG.replace("SINK", sink.grpc_endpoint).replace("MORE", more))


def test_senders_are_answered_while_a_question_waits(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink, "merge_wait: 60s")
    sender = make_sender(running.port)
    assert sender.send(QUESTION, "logs") == grpc.StatusCode.OK
    assert running.books("logs")["in_flight"] == 1
    assert sender.send(ANSWER, "logs") == grpc.StatusCode.OK
    wait_for_names(sink, 1)
    wait_for(lambda: running.books("logs")["in_flight"] == 0)
    books = running.books("logs")
    assert (books["delivered"], books["dropped"]) == (1, {"merged": 1})


def test_a_call_outlives_a_back_end_that_is_down_for_longer_than_senders_wait(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    patient = "retry_on_failure: {initial_interval: 50ms, max_interval: 50ms}}"
    short = "tls: {insecure: true}, sending_queue: {wait_timeout: 300ms}, " + patient
    text = CONFIG.replace("SINK", sink.grpc_endpoint).replace("MORE", "merge_wait: 60s")
    running.start(text.replace("tls: {insecure: true}}", short))
    sink.default = Answer(grpc_code=14)
    sender = make_sender(running.port)
    for request in (QUESTION, ANSWER):
        assert sender.send(request, "logs") == grpc.StatusCode.OK
    time.sleep(1.0)
    sink.default = Answer()
    wait_for(lambda: running.books("logs")["in_flight"] == 0)
    (message,) = sink.messages("logs")
    (record,) = message.resource_logs[0].scope_logs[0].log_records
    keys = {attribute.key for attribute in record.attributes}
    assert {"gen_ai.input.messages", "gen_ai.output.messages"} <= keys


def test_senders_may_wait_for_the_result(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink, "merge_wait: 300ms, merge_wait_for_result: true")
    assert make_sender(running.port).send(QUESTION, "logs") == grpc.StatusCode.OK
    assert running.books("logs")["in_flight"] == 0
    assert len(names(sink)) == 1


def test_a_stop_hands_on_what_is_held(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink, "merge_wait: 60s")
    assert make_sender(running.port).send(QUESTION, "logs") == grpc.StatusCode.OK
    running.service.shutdown(5.0)
    assert len(names(sink)) == 1


def test_a_reload_hands_on_what_is_held(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink, "merge_wait: 60s")
    assert make_sender(running.port).send(QUESTION, "logs") == grpc.StatusCode.OK
    changed = CONFIG.replace("SINK", sink.grpc_endpoint).replace("MORE", "merge_wait: 50s")
    running.reload(changed)
    wait_for_names(sink, 1)


def test_a_process_that_is_told_to_stop_hands_on_what_it_holds(
    process: Process, sink: RecordingSink, make_sender: MakeSender
) -> None:
    assert make_sender(process.port).send(QUESTIONS, "logs") == grpc.StatusCode.OK
    assert names(sink) == []
    process.process.send_signal(signal.SIGTERM)
    assert process.process.wait(20) == 0
    assert names(sink) == [DETAILS] * N_CALLS


def test_sighup_hands_on_what_is_held_and_what_comes_then_waits_anew(
    process: Process, sink: RecordingSink, make_sender: MakeSender
) -> None:
    sender = make_sender(process.port)
    assert sender.send(QUESTIONS, "logs") == grpc.StatusCode.OK
    process.write("merge_wait: 50s")
    process.process.send_signal(signal.SIGHUP)
    process.wait_for("The new configuration is at work.")
    assert sender.send(QUESTION, "logs") == grpc.StatusCode.OK
    assert sender.send(ANSWER, "logs") == grpc.StatusCode.OK
    wait_for_names(sink, N_CALLS + 1)
