"""The receiver on real sockets: what arrives, what is counted, how it stops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import httpx
import pytest
from spanloom_native import Listener

from spanloom.batch import Signal
from spanloom.component import AnyBatch, Consumer
from spanloom.receivers.otlp import FACTORY
from spanloom.receivers.otlp.config import Config
from spanloom.receivers.otlp.receiver import OtlpReceiver
from spanloom.telemetry import Telemetry
from spanloom.testing import (
    FakeHost,
    Recording,
    build_logs,
    build_metrics,
    build_traces,
    make_settings,
)

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
PROTOBUF = {"content-type": "application/x-protobuf"}
ANY_PORT = {"endpoint": "127.0.0.1:0"}


class Raising:
    def consume(self, batch: AnyBatch) -> None:
        raise RuntimeError("a bug in a pipeline")


def make(
    consumers: dict[Signal, Consumer], telemetry: Telemetry | None = None, **options: Any
) -> OtlpReceiver:
    settings = make_settings("otlp", "receiver", telemetry=telemetry or Telemetry())
    protocols = options.pop("protocols", {"grpc": ANY_PORT})
    config = Config.model_validate({"protocols": protocols, "linger": "0s", **options})
    receiver: OtlpReceiver = FACTORY.create(config, settings)
    receiver.consumers = consumers
    return receiver


@contextmanager
def running(receiver: OtlpReceiver) -> Iterator[OtlpReceiver]:
    host = FakeHost()
    receiver.start(host)
    try:
        yield receiver
    finally:
        receiver.shutdown(5.0)
        host.close()


def send_grpc(address: str, request: bytes) -> bytes:
    with grpc.insecure_channel(address) as channel:
        export: Any = channel.unary_unary(EXPORT)
        reply: bytes = export(request, timeout=10.0)
        return reply


def post(address: str, signal: Signal, request: bytes) -> httpx.Response:
    url = f"http://{address}/v1/{signal}"
    return httpx.post(url, content=request, headers=PROTOBUF, timeout=10.0)


def test_both_endpoints_bring_every_signal_to_its_consumer() -> None:
    requests = {"traces": build_traces(2), "metrics": build_metrics(3), "logs": build_logs(4)}
    recordings: dict[Signal, Recording] = {s: Recording() for s in ("traces", "metrics", "logs")}
    protocols = {"grpc": ANY_PORT, "http": {"endpoint": "localhost:0"}}
    with running(make(dict(recordings), protocols=protocols)) as receiver:
        assert len(receiver.addresses) == 2
        for signal, recording in recordings.items():
            body = requests[signal].SerializeToString()
            assert post(receiver.addresses[1], signal, body).status_code == 200
            recording.wait_for(1)
            assert recording.encoded == [body]
        assert send_grpc(receiver.addresses[0], requests["traces"].SerializeToString()) == b""


def test_one_endpoint_for_both_protocols_is_bound_once() -> None:
    host = FakeHost()
    endpoint = Listener("127.0.0.1:0")
    address = endpoint.address
    endpoint.close()
    receiver = make({}, protocols={"grpc": {"endpoint": address}, "http": {"endpoint": address}})
    receiver.start(host)
    receiver.shutdown(5.0)
    host.close()
    assert len(host.listeners) == 1


def test_a_signal_that_no_pipeline_takes_is_not_served() -> None:
    with running(make({"traces": Recording()})) as receiver:
        assert post(receiver.addresses[0], "logs", b"").status_code == 404


def test_counts_under_the_collectors_names() -> None:
    telemetry = Telemetry()
    labels = {"receiver": "otlp", "transport": "http"}
    with running(make({"traces": Recording()}, telemetry)) as receiver:
        post(receiver.addresses[0], "traces", build_traces(3).SerializeToString())
        post(receiver.addresses[0], "traces", b"junk")
        assert telemetry.value("otelcol_receiver_accepted_spans", labels) == 3
        failed = labels | {"outcome": "failure", "otel_signal": "traces", "reason": "bad_data"}
        assert telemetry.value("otelcol_receiver_requests", failed) == 1
        assert b"otelcol_receiver_accepted_spans" in telemetry.render()
    with running(make({"traces": Recording("nack")}, telemetry)) as successor:
        post(successor.addresses[0], "traces", build_traces(2).SerializeToString())
        assert telemetry.value("otelcol_receiver_refused_spans", labels) == 2
        assert telemetry.value("otelcol_receiver_accepted_spans", labels) == 3, "it goes on"


def test_a_pipeline_that_raises_costs_no_worker_and_loses_nothing() -> None:
    with running(make({"traces": Raising()}, workers=1)) as receiver:
        request = build_traces(1).SerializeToString()
        for _ in range(3):
            assert post(receiver.addresses[0], "traces", request).status_code == 503


def test_new_consumers_get_what_comes_next() -> None:
    first, second = Recording(), Recording()
    with running(make({"traces": first})) as receiver:
        request = build_traces(1).SerializeToString()
        post(receiver.addresses[0], "traces", request)
        receiver.consumers = {"traces": second}
        post(receiver.addresses[0], "traces", request)
    assert (first.n_items, second.n_items) == (1, 1)


def test_shutdown_waits_for_what_is_in_flight() -> None:
    recording = Recording("hold")
    receiver = make({"traces": recording})
    host = FakeHost()
    receiver.start(host)
    request = build_traces(1).SerializeToString()
    statuses: list[int] = []
    address = receiver.addresses[0]
    sender = threading.Thread(
        target=lambda: statuses.append(post(address, "traces", request).status_code)
    )
    sender.start()
    recording.wait_for(1)
    stopping = threading.Thread(target=receiver.shutdown, args=(10.0,))
    stopping.start()
    recording.held.pop().ack()
    stopping.join(10.0)
    sender.join(10.0)
    host.close()
    assert statuses == [200]


def test_shutdown_is_idempotent_and_works_without_start() -> None:
    receiver = make({"traces": Recording()})
    receiver.shutdown(0.1)
    with running(receiver):
        receiver.shutdown(5.0)
    assert receiver.stats() == []


def test_a_taken_address_fails_the_start() -> None:
    taken = Listener("127.0.0.1:0")
    receiver = make({}, protocols={"http": {"endpoint": taken.address}})
    with pytest.raises(OSError, match=taken.address):
        receiver.start(FakeHost())
    receiver.shutdown(1.0)


def test_no_worker_is_left_after_shutdown() -> None:
    with running(make({"traces": Recording()}, workers=2)):
        n_running = sum(t.name.startswith("spanloom-otlp-") for t in threading.enumerate())
        assert n_running == 2
    assert not [t for t in threading.enumerate() if t.name.startswith("spanloom-otlp-")]
