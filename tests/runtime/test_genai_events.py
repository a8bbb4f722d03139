"""The message events of one call, sent in several requests to a running service."""

from __future__ import annotations

import time
from collections.abc import Callable

import grpc

from spanloom.testing import build_logs
from spanloom.testing.builders import any_value
from spanloom.testing.sink import RecordingSink
from tests.runtime.conftest import Running, Sender

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


def event(name: str, body: object) -> bytes:
    request = build_logs(1)
    record = request.resource_logs[0].scope_logs[0].log_records[0]
    record.event_name, record.span_id, record.trace_id = name, b"\x01" * 8, b"\x02" * 16
    record.body.CopyFrom(any_value(body))
    return request.SerializeToString()


QUESTION = event("gen_ai.user.message", {"content": "How warm?"})
ANSWER = event("gen_ai.choice", {"finish_reason": "stop", "message": {"content": "18"}})


def names(sink: RecordingSink) -> list[str]:
    groups = [s for m in sink.messages("logs") for r in m.resource_logs for s in r.scope_logs]
    return [record.event_name for group in groups for record in group.log_records]


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
    assert names(sink) == ["gen_ai.client.inference.operation.details"]
    books = running.books("logs")
    assert (books["delivered"], books["dropped"]) == (1, {"merged": 1})


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
    until_s = time.monotonic() + 10
    while not names(sink):
        assert time.monotonic() < until_s
        time.sleep(0.01)
