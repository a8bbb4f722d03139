"""A running service on free local ports, and what sends to it."""

from __future__ import annotations

import socket
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from spanloom.config import load
from spanloom.service import Service
from spanloom.testing.sink import RecordingSink

SERVICES = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Sender:
    """Sends encoded requests over one gRPC channel."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._export = {s: self._channel.unary_unary(p) for s, p in SERVICES.items()}

    def send(
        self, request: bytes, signal: str = "traces", timeout_s: float = 20.0
    ) -> grpc.StatusCode:
        """The status code of the answer."""
        try:
            self._export[signal](request, timeout=timeout_s)
        except grpc.RpcError as error:
            code: grpc.StatusCode = error.code()
            return code
        return grpc.StatusCode.OK

    def answer(self, request: bytes) -> tuple[int, str]:
        """The status code of the answer as a number, and all its text."""
        call = self.begin(request)
        details = f"{call.details()} {call.trailing_metadata()}"
        return int(call.code().value[0]), details

    def begin(self, request: bytes) -> Any:
        """A call in flight."""
        return self._export["traces"].future(request, timeout=20.0)

    def close(self) -> None:
        self._channel.close()


class Running:
    """A service under test: its file, its port, its books."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "pipelines.yaml"
        self.port = free_port()
        self.service = Service()

    def write(self, text: str) -> None:
        """Write the config; `PORT` in it becomes the receiver's port."""
        body = textwrap.dedent(text).replace("PORT", str(self.port))
        off = "  telemetry: {metrics: {level: none}}\n"
        self.path.write_text(body.replace("service:\n", "service:\n" + off), encoding="utf-8")

    def start(self, text: str) -> None:
        self.write(text)
        self.service.start(load([str(self.path)], []))

    def reload(self, text: str) -> None:
        self.write(text)
        self.service.reload(load([str(self.path)], []))

    def books(self, pipeline: str = "traces") -> dict[str, object]:
        return self.service.graph.ledgers[pipeline].snapshot()


def wait_for(condition: Callable[[], bool], timeout_s: float = 15.0) -> None:
    until_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until_s
        time.sleep(0.01)


def settled(running: Running, pipeline: str = "traces") -> dict[str, object]:
    """The books once nothing is in flight any more."""
    wait_for(lambda: running.books(pipeline)["in_flight"] == 0)
    return running.books(pipeline)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    yield made
    made.service.shutdown(5.0)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with RecordingSink() as made:
        yield made


@pytest.fixture
def make_sender() -> Iterator[Callable[[int], Sender]]:
    senders: list[Sender] = []

    def make(port: int) -> Sender:
        senders.append(Sender(port))
        return senders[-1]

    yield make
    for sender in senders:
        sender.close()
