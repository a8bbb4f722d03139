"""The `otlp` exporter against a grpcio server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom import __version__
from spanloom.delivery import SendError
from spanloom.exporters.otlp import FACTORY
from spanloom.exporters.otlp.config import OTLPConfig
from spanloom.exporters.otlp.transport import NativeTransport
from spanloom.testing import FakeHost, build_logs, build_metrics, build_traces, make_settings
from spanloom.testing.sink import Answer, RecordingSink
from tests.server.serving import Serving

Start = Callable[..., Any]


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with RecordingSink() as sink:
        yield sink


@pytest.fixture(params=["native", "grpcio"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Makes a running exporter; `keepalive` is what needs grpcio in plain text."""
    exporters: list[Any] = []

    def make(endpoint: str, **config: Any) -> Any:
        keys = {"endpoint": endpoint, "tls": {"insecure": True}} | config
        if request.param == "grpcio":
            keys["keepalive"] = {}
        exporter = FACTORY.create(FACTORY.config.model_validate(keys), make_settings("otlp"))
        exporters.append(exporter)
        exporter.start(FakeHost())
        return exporter

    yield make
    for exporter in exporters:
        exporter.shutdown(1)


def post(exporter: Any, request: bytes = b"", signal: str = "traces", timeout_s: float = 5) -> Any:
    return exporter.send(signal, exporter.prepare(signal, request), timeout_s)


REQUESTS = [
    ("traces", build_traces().SerializeToString()),
    ("metrics", build_metrics().SerializeToString()),
    ("logs", build_logs().SerializeToString()),
]


@pytest.mark.parametrize("compression", ["gzip", "none"])
@pytest.mark.parametrize(("signal", "request_bytes"), REQUESTS)
def test_request_arrives_byte_for_byte(
    sink: RecordingSink, start: Start, signal: str, request_bytes: bytes, compression: str
) -> None:
    exporter = start(sink.grpc_endpoint, compression=compression)
    assert post(exporter, request_bytes, signal) == (0, "")
    assert [(r.signal, r.body) for r in sink.requests] == [(signal, request_bytes)]


def test_large_requests_arrive_one_after_the_other(sink: RecordingSink, start: Start) -> None:
    exporter = start(sink.grpc_endpoint, compression="none")
    request = build_traces(3000).SerializeToString()
    for _ in range(3):
        assert post(exporter, request, timeout_s=20) == (0, "")
    assert [r.body for r in sink.requests] == [request] * 3


def test_headers_and_user_agent_are_sent(sink: RecordingSink, start: Start) -> None:
    post(start(f"http://{sink.grpc_endpoint}", tls={}, headers={"X-Scope-OrgID": "a"}))
    headers = sink.requests[0].headers
    assert headers["x-scope-orgid"] == "a"
    assert headers["user-agent"].startswith(f"Spanloom/{__version__}")


def test_partial_success_is_reported(sink: RecordingSink, start: Start) -> None:
    sink.script(Answer(n_rejected=2, message="too old"))
    assert post(start(sink.grpc_endpoint), REQUESTS[0][1]) == (2, "too old")


@pytest.mark.parametrize(
    ("code", "retryable"),
    [(code, code in {1, 4, 10, 11, 14, 15}) for code in range(1, 17)],
)
def test_status_decides_whether_to_retry(
    sink: RecordingSink, start: Start, code: int, retryable: bool
) -> None:
    sink.script(Answer(grpc_code=code, message="prompt: hello"))
    with pytest.raises(SendError) as caught:
        post(start(sink.grpc_endpoint))
    assert (caught.value.retryable, caught.value.grpc_code) == (retryable, code)
    assert "hello" not in caught.value.message


def test_resource_exhausted_with_retry_info_is_retried_after_it(
    sink: RecordingSink, start: Start
) -> None:
    sink.script(Answer(grpc_code=8, retry_after_s=1.5))
    with pytest.raises(SendError) as caught:
        post(start(sink.grpc_endpoint))
    assert (caught.value.retryable, caught.value.retry_after_s) == (True, 1.5)


def test_slow_destination_is_a_retryable_failure(sink: RecordingSink, start: Start) -> None:
    sink.script(Answer(delay_s=0.5))
    with pytest.raises(SendError) as caught:
        post(start(sink.grpc_endpoint), timeout_s=0.05)
    assert (caught.value.retryable, caught.value.reason) == (True, "deadline_exceeded")


def test_absent_destination_is_a_retryable_failure(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(SendError) as caught:
        post(start(f"127.0.0.1:{port}"))
    assert (caught.value.retryable, caught.value.reason) == (True, "unavailable")


def test_destination_that_speaks_no_http2_is_a_failure(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(SendError):
            post(start(f"127.0.0.1:{server.getsockname()[1]}"), timeout_s=2)
        thread.join()


def test_restarted_destination_is_reached_again(start: Start) -> None:
    with RecordingSink() as sink:
        endpoint = sink.grpc_endpoint
        exporter = start(endpoint)
        assert post(exporter) == (0, "")
    with RecordingSink(grpc_address=endpoint):
        for _ in range(50):
            with suppress(SendError):
                assert post(exporter) == (0, "")
                return
            time.sleep(0.1)
    pytest.fail("never reached again")


def test_closing_cuts_a_request_in_flight(sink: RecordingSink, start: Start) -> None:
    exporter = start(sink.grpc_endpoint)
    sink.script(Answer(delay_s=1))
    closer = threading.Timer(0.2, exporter.close)
    closer.start()
    with pytest.raises(SendError) as caught:
        post(exporter)
    closer.join()
    assert (caught.value.retryable, caught.value.reason) == (True, "cancelled")


def test_too_large_answer_is_refused(sink: RecordingSink, start: Start) -> None:
    sink.script(Answer(n_rejected=1, message="x" * 5000))
    with pytest.raises(SendError) as caught:
        post(start(sink.grpc_endpoint, max_recv_message_bytes=1000))
    assert (caught.value.retryable, caught.value.reason) == (False, "resource_exhausted")


def test_too_large_request_is_not_sent(sink: RecordingSink, start: Start) -> None:
    with pytest.raises(SendError) as caught:
        post(start(sink.grpc_endpoint, max_send_message_bytes=10), REQUESTS[0][1])
    assert (caught.value.retryable, caught.value.reason) == (False, "too_large")


def test_unix_socket_is_reached(tmp_path: Path, start: Start) -> None:
    with RecordingSink(grpc_address=f"unix:{tmp_path}/a.sock") as sink:
        assert post(start(f"unix:{tmp_path}/a.sock")) == (0, "")
        assert len(sink.requests) == 1


def test_refuses_compression_that_grpc_has_not() -> None:
    with pytest.raises(ValidationError, match=r"no snappy here.*otlp_http"):
        FACTORY.config.model_validate({"endpoint": "a:1", "compression": "snappy"})


def test_refuses_zstd_where_only_grpcio_can_connect() -> None:
    with pytest.raises(ValidationError, match=r"zstd needs plain text.*otlp_http"):
        FACTORY.config.model_validate({"endpoint": "a:1", "compression": "zstd"})


@pytest.mark.parametrize("compression", ["gzip", "zstd", "none"])
def test_the_native_client_sends_every_compression(compression: str) -> None:
    request = build_traces(3).SerializeToString()
    with Serving() as serving:
        keys = {"endpoint": serving.url, "compression": compression}
        transport = NativeTransport(OTLPConfig.model_validate(keys))
        assert transport.call("traces", transport.prepare(request), 10.0) == b""
        transport.close()
    assert serving.received == [("traces", request, 3)]


def test_refuses_to_skip_verification() -> None:
    keys = {"endpoint": "https://a:1", "tls": {"insecure_skip_verify": True}}
    with pytest.raises(ValidationError, match="insecure_skip_verify is not possible"):
        FACTORY.config.model_validate(keys)


@pytest.mark.parametrize(
    ("endpoint", "insecure", "uses_tls"),
    [
        ("a:4317", False, True),
        ("a:4317", True, False),
        ("https://a:4317", True, True),
        ("http://a:4317", False, False),
        ("unix:/run/a.sock", False, False),
    ],
)
def test_scheme_and_insecure_decide_about_tls(
    endpoint: str, insecure: bool, uses_tls: bool
) -> None:
    config = OTLPConfig.model_validate({"endpoint": endpoint, "tls": {"insecure": insecure}})
    assert config.uses_tls is uses_tls


def test_headers_are_not_shown() -> None:
    config = FACTORY.config.model_validate({"endpoint": "a:1", "headers": {"token": "abc"}})
    assert "abc" not in repr(config)
