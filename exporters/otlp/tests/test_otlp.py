"""The `otlp` exporter against a grpcio server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom import __version__
from spanloom.delivery import SendError
from spanloom.exporters.otlp import FACTORY
from spanloom.exporters.otlp.config import OTLPConfig
from spanloom.testing import FakeHost, build_logs, build_metrics, build_traces, make_settings
from spanloom.testing.sink import Answer, RecordingSink


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with RecordingSink() as sink:
        yield sink


def start(endpoint: str, **config: Any) -> Any:
    keys = {"endpoint": endpoint, "tls": {"insecure": True}} | config
    exporter = FACTORY.create(FACTORY.config.model_validate(keys), make_settings("otlp"))
    exporter.start(FakeHost())
    return exporter


REQUESTS = [
    ("traces", build_traces().SerializeToString()),
    ("metrics", build_metrics().SerializeToString()),
    ("logs", build_logs().SerializeToString()),
]


@pytest.mark.parametrize("compression", ["gzip", "none"])
@pytest.mark.parametrize(("signal", "request_bytes"), REQUESTS)
def test_request_arrives_byte_for_byte(
    sink: RecordingSink, signal: Any, request_bytes: bytes, compression: str
) -> None:
    exporter = start(sink.grpc_endpoint, compression=compression)
    assert exporter.send(signal, request_bytes, 5) == (0, "")
    exporter.shutdown(1)
    assert [(r.signal, r.body) for r in sink.requests] == [(signal, request_bytes)]


def test_headers_and_user_agent_are_sent(sink: RecordingSink) -> None:
    exporter = start(f"http://{sink.grpc_endpoint}", tls={}, headers={"X-Scope-OrgID": "a"})
    exporter.send("traces", b"", 5)
    exporter.shutdown(1)
    headers = sink.requests[0].headers
    assert headers["x-scope-orgid"] == "a"
    assert headers["user-agent"].startswith(f"Spanloom/{__version__}")


def test_partial_success_is_reported(sink: RecordingSink) -> None:
    exporter = start(sink.grpc_endpoint)
    sink.script(Answer(n_rejected=2, message="too old"))
    assert exporter.send("traces", REQUESTS[0][1], 5) == (2, "too old")
    exporter.shutdown(1)


@pytest.mark.parametrize(
    ("code", "retryable"),
    [(code, code in {1, 4, 10, 11, 14, 15}) for code in range(1, 17)],
)
def test_status_decides_whether_to_retry(sink: RecordingSink, code: int, retryable: bool) -> None:
    exporter = start(sink.grpc_endpoint)
    sink.script(Answer(grpc_code=code, message="prompt: hello"))
    with pytest.raises(SendError) as caught:
        exporter.send("traces", b"", 5)
    exporter.shutdown(1)
    assert (caught.value.retryable, caught.value.grpc_code) == (retryable, code)
    assert "hello" not in caught.value.message


def test_resource_exhausted_with_retry_info_is_retried_after_it(sink: RecordingSink) -> None:
    exporter = start(sink.grpc_endpoint)
    sink.script(Answer(grpc_code=8, retry_after_s=1.5))
    with pytest.raises(SendError) as caught:
        exporter.send("traces", b"", 5)
    exporter.shutdown(1)
    assert (caught.value.retryable, caught.value.retry_after_s) == (True, 1.5)


def test_slow_destination_is_a_retryable_failure(sink: RecordingSink) -> None:
    exporter = start(sink.grpc_endpoint)
    sink.script(Answer(delay_s=0.5))
    with pytest.raises(SendError) as caught:
        exporter.send("traces", b"", 0.05)
    exporter.shutdown(1)
    assert (caught.value.retryable, caught.value.reason) == (True, "deadline_exceeded")


def test_absent_destination_is_a_retryable_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    exporter = start(f"127.0.0.1:{port}")
    with pytest.raises(SendError) as caught:
        exporter.send("traces", b"", 5)
    exporter.shutdown(1)
    assert (caught.value.retryable, caught.value.reason) == (True, "unavailable")


def test_closing_cuts_a_request_in_flight(sink: RecordingSink) -> None:
    exporter = start(sink.grpc_endpoint)
    sink.script(Answer(delay_s=1))
    closer = threading.Timer(0.2, exporter.close)
    closer.start()
    with pytest.raises(SendError) as caught:
        exporter.send("traces", b"", 5)
    closer.join()
    assert (caught.value.retryable, caught.value.reason) == (True, "cancelled")


@pytest.mark.parametrize("compression", ["zstd", "snappy"])
def test_refuses_compression_that_grpc_has_not(compression: str) -> None:
    with pytest.raises(ValidationError, match=f"no {compression} here.*otlp_http"):
        FACTORY.config.model_validate({"endpoint": "a:1", "compression": compression})


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
