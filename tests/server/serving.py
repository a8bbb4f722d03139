"""A native server on a free port, with a worker that settles what comes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, Self

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanloom_native import ByteBudget, Closed, Listener, Server

Signal = Literal["traces", "metrics", "logs"]
MIB = 1 << 20
PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
GRPC_PATHS: dict[Signal, str] = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}


def traces(n_spans: int = 1, content_bytes: int = 10, seed: int = 1) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for index in range(n_spans):
        spans.add(
            name="x" * content_bytes,
            trace_id=seed.to_bytes(16, "big"),
            span_id=(index + 1).to_bytes(8, "big"),
        )
    return request


def logs(n_records: int = 1) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for index in range(n_records):
        records.add(time_unix_nano=index + 1)
    return request


def metrics(n_points: int = 1) -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    for index in range(n_points):
        metric.gauge.data_points.add(as_int=index)
    return request


def eventually(fact: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
    """Wait until the fact holds.

    Raises:
        AssertionError: it did not in time.
    """
    end_s = time.monotonic() + timeout_s
    while not fact():
        assert time.monotonic() < end_s, f"did not come true: {what}"
        time.sleep(0.005)


class Serving:
    """Use as a context manager; leaving it checks that the budget is back to zero.

    Args:
        settle: what the worker does with each batch; by default it acknowledges.
        works: False for no worker: the test pulls by itself.
        address: where to listen.
        options: of the native `Server`.

    Attributes:
        received: the (signal, encoded request, n_items) of every batch pulled.
    """

    def __init__(  # noqa: PLR0913 - all but the first by name
        self,
        settle: Callable[[Any], None] = lambda batch: batch.ack(),
        *,
        works: bool = True,
        address: str = "127.0.0.1:0",
        budget: tuple[int, int] = (64 * MIB, 80 * MIB),
        linger_s: float = 0.0,
        listener: Listener | None = None,
        prepare: Callable[[Server], None] = lambda server: None,
        **options: Any,
    ) -> None:
        self.settle, self.linger_s = settle, linger_s
        self.listener = listener or Listener(address)
        self.budget = ByteBudget(*budget)
        self.server = Server([self.listener], self.budget, **options)
        prepare(self.server)
        self.received: list[tuple[Signal, bytes, int]] = []
        self._signals: list[Signal] = list(options.get("signals", GRPC_PATHS))
        self._workers = [
            threading.Thread(target=self._work, args=(signal,), daemon=True)
            for signal in (self._signals if works else [])
        ]

    @property
    def address(self) -> str:
        return self.listener.address

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def count(self, name: str, **labels: str) -> float:
        """The sum of all samples with this name and these labels."""
        samples = self.server.stats()
        return sum(v for n, have, v in samples if n == name and labels.items() <= have.items())

    def connect(self, timeout_s: float = 10.0) -> socket.socket:
        host, port = self.address.rsplit(":", 1)
        return socket.create_connection((host, int(port)), timeout=timeout_s)

    def __enter__(self) -> Self:
        self.server.start()
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, error: object, *_: object) -> None:
        is_drained = self.server.drain(5.0)
        self.server.close_inboxes()
        for worker in self._workers:
            worker.join(5.0)
        if error is None:
            eventually(lambda: self.budget.used_bytes == 0, "all bytes are given back")
            assert self.count("connections_open") == 0 or not is_drained

    def _work(self, signal: Signal) -> None:
        inbox = self.server.inbox(signal)
        while True:
            try:
                batch = inbox.pull(max_bytes=4 * MIB, linger_s=self.linger_s, timeout_s=5.0)
            except Closed:
                return
            if batch is not None:
                self.received.append((signal, b"".join(batch.encode()), len(batch)))
                self.settle(batch)
            # A batch is lost when nobody holds it.
            del batch


@contextmanager
def serves_others(serving: Serving) -> Iterator[None]:
    """Whatever happens inside: afterwards another client is served, and nothing is kept."""
    yield
    import httpx

    body = traces().SerializeToString()
    with httpx.Client(timeout=10.0) as client:
        reply = client.post(f"{serving.url}/v1/traces", content=body, headers=PROTOBUF)
    assert (reply.status_code, reply.content) == (200, b"")
    eventually(lambda: serving.budget.used_bytes == 0, "all bytes are given back")


def read_response(client: socket.socket) -> tuple[int, bytes]:
    """Status and everything after the status line of an HTTP/1.1 reply, up to the body's end."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = client.recv(65536)
        assert chunk, f"the connection closed inside the reply's head, after {len(data)} bytes"
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += client.recv(65536)
    return int(head.split(b" ", 2)[1]), body
