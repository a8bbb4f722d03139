"""The running service: what was acknowledged was delivered, and the books always balance."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import grpc
import pytest

from spanloom.service import StartError
from spanloom.testing import build_logs, build_traces
from spanloom.testing.sink import Answer, RecordingSink
from tests.runtime.conftest import Running, Sender, settled

FORWARD = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
exporters:
  otlp:
    endpoint: SINK
    tls: {insecure: true}
    retry_on_failure: {initial_interval: 20ms, max_interval: 50ms}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp]}
"""
TWO_PIPELINES = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
processors:
  filter: {traces: {span: ['attributes["gen_ai.usage.input_tokens"] < 102']}}
  attributes: {actions: [{key: team, value: search, action: upsert}]}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
  nop: {}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [filter], exporters: [otlp, nop]}
    traces/2: {receivers: [otlp], processors: [attributes], exporters: [nop]}
"""
CONNECTED = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
connectors:
  forward: {}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [forward]}
    traces/out: {receivers: [forward], exporters: [otlp]}
"""

MakeSender = Callable[[int], Sender]


def request(n_spans: int = 4, seed: int = 0) -> bytes:
    encoded: bytes = build_traces(n_spans, seed=seed).SerializeToString()
    return encoded


def span_ids(sink: RecordingSink) -> list[bytes]:
    messages = sink.messages("traces")
    groups = [s for m in messages for r in m.resource_spans for s in r.scope_spans]
    return [span.span_id for group in groups for span in group.spans]


def balanced(books: dict[str, object]) -> bool:
    dropped = books["dropped"]
    assert isinstance(dropped, dict)
    total = sum(dropped.values())
    for column in ("delivered", "refused", "in_flight"):
        value = books[column]
        assert isinstance(value, int)
        total += value
    return books["received"] == total


def test_an_acknowledged_request_has_reached_the_back_end(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    running.start(FORWARD.replace("SINK", sink.grpc_endpoint))
    assert make_sender(running.port).send(request(4)) == grpc.StatusCode.OK
    assert sink.n_items("traces") == 4
    assert sink.requests[0].body == request(4)
    assert settled(running) == {
        "received": 4,
        "delivered": 4,
        "refused": 0,
        "in_flight": 0,
        "dropped": {},
    }


def test_a_back_end_that_refuses_for_good_is_booked_as_dropped(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    sink.script(Answer(grpc_code=3))
    running.start(FORWARD.replace("SINK", sink.grpc_endpoint))
    code = make_sender(running.port).send(request(4))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    books = settled(running)
    assert balanced(books)
    assert isinstance(books["dropped"], dict)
    assert sum(books["dropped"].values()) == 4


def test_what_the_back_end_rejects_singly_is_booked_as_dropped(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    sink.script(Answer(n_rejected=1))
    running.start(FORWARD.replace("SINK", sink.grpc_endpoint))
    assert make_sender(running.port).send(request(4)) == grpc.StatusCode.OK
    books = settled(running)
    assert (books["delivered"], books["dropped"]) == (3, {"rejected": 1})


def test_pipelines_edit_their_own_forks_and_keep_their_own_books(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    running.start(TWO_PIPELINES.replace("SINK", sink.grpc_endpoint))
    assert make_sender(running.port).send(request(4)) == grpc.StatusCode.OK
    assert sink.n_items("traces") == 2
    attributes = [
        a.key
        for m in sink.messages("traces")
        for r in m.resource_spans
        for s in r.scope_spans
        for x in s.spans
        for a in x.attributes
    ]
    assert "team" not in attributes
    first, second = settled(running), settled(running, "traces/2")
    assert (first["received"], first["delivered"], first["dropped"]) == (4, 2, {"filtered": 2})
    assert (second["received"], second["delivered"], second["dropped"]) == (4, 4, {})


def test_a_connector_hands_on_and_both_pipelines_count(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    running.start(CONNECTED.replace("SINK", sink.grpc_endpoint))
    assert make_sender(running.port).send(request(4)) == grpc.StatusCode.OK
    assert sink.n_items("traces") == 4
    for pipeline in ("traces", "traces/out"):
        books = settled(running, pipeline)
        assert (books["received"], books["delivered"]) == (4, 4)


CROSSED = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
connectors:
  forward/1: {}
  forward/2: {}
service:
  pipelines:
    traces/in: {receivers: [otlp], exporters: [forward/1]}
    traces/mid: {receivers: [forward/1], exporters: [forward/2]}
    traces: {receivers: [forward/2], exporters: [otlp]}
    logs/in: {receivers: [otlp], exporters: [forward/2]}
    logs/mid: {receivers: [forward/2], exporters: [forward/1]}
    logs: {receivers: [forward/1], exporters: [otlp]}
"""


def test_signals_may_pass_the_same_connectors_in_opposite_order(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    running.start(CROSSED.replace("SINK", sink.grpc_endpoint))
    sender = make_sender(running.port)
    assert sender.send(request(4)) == grpc.StatusCode.OK
    assert sender.send(build_logs(3).SerializeToString(), "logs") == grpc.StatusCode.OK
    assert (sink.n_items("traces"), sink.n_items("logs")) == (4, 3)


class Load:
    """Threads that send until told to stop, each request until it is acknowledged."""

    def __init__(self, running: Running, make_sender: MakeSender, n_threads: int = 4) -> None:
        self.acknowledged: set[bytes] = set()
        self.codes: set[grpc.StatusCode] = set()
        self._stop = threading.Event()
        senders = [make_sender(running.port) for _ in range(n_threads)]
        self._threads = [
            threading.Thread(target=self._send, args=(s, i)) for i, s in enumerate(senders)
        ]
        for thread in self._threads:
            thread.start()

    def _send(self, sender: Sender, thread_index: int) -> None:
        for seed in range(thread_index * 100_000, (thread_index + 1) * 100_000):
            if self._stop.is_set():
                return
            message = build_traces(4, seed=seed)
            code = sender.send(message.SerializeToString())
            self.codes.add(code)
            if code == grpc.StatusCode.OK:
                spans = message.resource_spans[0].scope_spans[0].spans
                self.acknowledged.update(span.span_id for span in spans)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_the_books_balance_under_load_and_failures(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    failures = (Answer(grpc_code=14), Answer(grpc_code=13), Answer(n_rejected=1), Answer())
    sink.script(*failures * 20)
    running.start(FORWARD.replace("SINK", sink.grpc_endpoint))
    load = Load(running, make_sender)
    for _ in range(20):
        time.sleep(0.05)
        books = running.books()
        assert isinstance(books["received"], int)
    load.stop()
    books = settled(running)
    assert books["in_flight"] == 0
    assert balanced(books)
    assert books["delivered"] == sink.n_items("traces")
    assert grpc.StatusCode.OK in load.codes


def test_reloads_under_load_refuse_nothing_and_lose_nothing_acknowledged(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    forward = FORWARD.replace("SINK", sink.grpc_endpoint)
    with_processor = forward.replace(
        "exporters:\n", "processors:\n  batch: {timeout: 5ms}\nexporters:\n", 1
    )
    with_processor = with_processor.replace("[otlp], exp", "[otlp], processors: [batch], exp")
    other_receiver = forward.replace('PORT"}', 'PORT", max_recv_msg_size_mib: 8}')
    running.start(forward)
    load = Load(running, make_sender)
    for text in (with_processor, other_receiver, forward, with_processor, forward):
        time.sleep(0.2)
        running.reload(text)
    load.stop()
    assert load.codes == {grpc.StatusCode.OK}
    assert load.acknowledged
    assert load.acknowledged <= set(span_ids(sink))
    assert balanced(settled(running))


def test_a_reload_that_fails_leaves_the_old_graph_at_work(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    forward = FORWARD.replace("SINK", sink.grpc_endpoint)
    running.start(forward)
    taken = sink.http_endpoint.removeprefix("http://")
    with pytest.raises(StartError, match=r'failed to start "otlp/2" receiver'):
        running.reload(
            forward.replace(
                "exporters:\n",
                f'  otlp/2: {{protocols: {{grpc: {{endpoint: "{taken}"}}}}}}\nexporters:\n',
                1,
            ).replace("receivers: [otlp]", "receivers: [otlp, otlp/2]")
        )
    assert make_sender(running.port).send(request(4)) == grpc.StatusCode.OK


def test_a_start_that_fails_stops_what_had_started(running: Running, sink: RecordingSink) -> None:
    taken = sink.http_endpoint.removeprefix("http://")
    text = FORWARD.replace("SINK", sink.grpc_endpoint).replace("127.0.0.1:PORT", taken)
    with pytest.raises(StartError, match=r'failed to start "otlp" receiver'):
        running.start(text)
    names = {thread.name for thread in threading.enumerate()}
    assert not [name for name in names if name.startswith("spanloom")]


def test_shutdown_delivers_what_is_in_flight(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    sink.script(Answer(delay_s=0.5))
    running.start(FORWARD.replace("SINK", sink.grpc_endpoint))
    codes: list[grpc.StatusCode] = []
    sender = make_sender(running.port)
    thread = threading.Thread(target=lambda: codes.append(sender.send(request(4))))
    thread.start()
    sink_has_it = time.monotonic() + 5
    while not running.books()["in_flight"] and time.monotonic() < sink_has_it:
        time.sleep(0.01)
    running.service.shutdown(10.0)
    thread.join()
    assert codes == [grpc.StatusCode.OK]
    assert sink.n_items("traces") == 4
