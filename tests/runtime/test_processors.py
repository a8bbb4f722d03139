"""All processors and the forward connector together, in a running service, over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import grpc

from spanloom.testing import build_logs, build_metrics, build_traces
from spanloom.testing.sink import RecordingSink
from tests.runtime.conftest import Running, Sender, free_port

EVERYTHING = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
processors:
  memory_limiter: {check_interval: 1s, limit_mib: 4000}
  filter:
    traces: {span: ['attributes["gen_ai.usage.input_tokens"] == 100']}
    logs: {log_record: ['severity < "warn"']}
    metrics: {metric: ['name == "gen_ai.tokens"']}
  attributes: {actions: [{key: team, value: search, action: upsert}]}
  resource: {attributes: [{key: region, value: eu, action: insert}]}
  python: {path: mark.py, options: {name: marked}}
  batch: {send_batch_size: 1000, timeout: 20ms}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
connectors:
  forward:
extensions:
  health_check: {endpoint: "127.0.0.1:HEALTH"}
  pprof:
  zpages:
service:
  extensions: [health_check, pprof, zpages]
  pipelines:
    traces: {receivers: [otlp], processors: [memory_limiter, filter], exporters: [forward]}
    traces/out: {receivers: [forward], processors: PROCESSORS, exporters: [otlp]}
    logs: {receivers: [otlp], processors: [filter, attributes, resource], exporters: [otlp]}
    metrics: {receivers: [otlp], processors: [filter, attributes, resource], exporters: [otlp]}
"""
MARK = "def process(batch, name):\n    batch.set_attribute(name, 1)\n    return batch\n"

MakeSender = Callable[[int], Sender]


def start(running: Running, sink: RecordingSink) -> int:
    """Start everything; the port of the health check."""
    health = free_port()
    Path(running.path.parent, "mark.py").write_text(MARK)
    text = EVERYTHING.replace("SINK", sink.grpc_endpoint).replace("HEALTH", str(health))
    running.start(text.replace("PROCESSORS", "[attributes, resource, python, batch]"))
    return health


def resources(sink: RecordingSink, signal: Any, field: str) -> list[Any]:
    return [r for message in sink.messages(signal) for r in getattr(message, field)]


def keys(attributes: Any) -> set[str]:
    return {attribute.key for attribute in attributes}


def test_spans_pass_all_processors(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink)
    request = build_traces(4).SerializeToString()
    assert make_sender(running.port).send(request) == grpc.StatusCode.OK
    (resource,) = resources(sink, "traces", "resource_spans")
    spans = resource.scope_spans[0].spans
    assert len(spans) == 3
    assert all({"team", "marked"} <= keys(span.attributes) for span in spans)
    assert "region" in keys(resource.resource.attributes)
    assert running.books("traces")["dropped"] == {"filtered": 1}
    assert running.books("traces/out")["delivered"] == 3


def test_logs_and_metrics_pass_their_processors(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink)
    sender = make_sender(running.port)
    assert sender.send(build_logs(3).SerializeToString(), "logs") == grpc.StatusCode.OK
    assert sender.send(build_metrics(6).SerializeToString(), "metrics") == grpc.StatusCode.OK
    (logs,) = resources(sink, "logs", "resource_logs")
    assert [r.severity_text for r in logs.scope_logs[0].log_records] == ["WARN", "ERROR"]
    assert "team" in keys(logs.scope_logs[0].log_records[0].attributes)
    (metrics,) = resources(sink, "metrics", "resource_metrics")
    names = [metric.name for metric in metrics.scope_metrics[0].metrics]
    assert names == ["vllm.requests.running", "gen_ai.client.operation.duration"]
    assert "region" in keys(metrics.resource.attributes)


def test_the_batch_processor_merges_senders_and_answers_each_of_them(
    running: Running, sink: RecordingSink, make_sender: MakeSender
) -> None:
    start(running, sink)
    senders = [make_sender(running.port) for _ in range(8)]
    codes: list[grpc.StatusCode] = []

    def send(index: int) -> None:
        request = build_traces(4, seed=index).SerializeToString()
        codes.extend(senders[index].send(request) for _ in range(3))

    threads = [threading.Thread(target=send, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [grpc.StatusCode.OK] * 24
    assert sink.n_items("traces") == 24 * 3
    assert len(sink.requests) < 24


def test_the_health_check_follows_the_service(running: Running, sink: RecordingSink) -> None:
    connection = HTTPConnection("127.0.0.1", start(running, sink), timeout=10)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()
