"""The `otlp_http` exporter against real HTTP servers."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import ValidationError

from spanloom import __version__
from spanloom.batch import Traces
from spanloom.delivery import SendError
from spanloom.exporters.otlp_http import FACTORY
from spanloom.exporters.otlp_http.config import OTLPHTTPConfig
from spanloom.testing import FakeHost, build_logs, build_metrics, build_traces, make_settings
from spanloom.testing.sink import Answer, RecordingSink

TRACES = build_traces().SerializeToString()
REQUESTS = [
    ("traces", TRACES),
    ("metrics", build_metrics().SerializeToString()),
    ("logs", build_logs().SerializeToString()),
]
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with RecordingSink() as sink:
        yield sink


class RawServer:
    """Answers every POST with the same status, headers and body; remembers the requests."""

    def __init__(self, status: int = 200, headers: Any = None, body: bytes = b"") -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                wire = self.rfile.read(int(self.headers["content-length"]))
                names = {k.lower(): v for k, v in self.headers.items()}
                outer.requests.append((self.path, names, wire))
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *args: None  # type: ignore[method-assign]
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    servers: list[RawServer] = []

    def make(*args: Any, **options: Any) -> RawServer:
        servers.append(RawServer(*args, **options))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Any]]:
    exporters: list[Any] = []

    def make(endpoint: str | None, **config: Any) -> Any:
        keys = {"endpoint": endpoint} | config
        exporter = FACTORY.create(FACTORY.config.model_validate(keys), make_settings("http"))
        exporters.append(exporter)
        exporter.start(FakeHost())
        return exporter

    yield make
    for exporter in exporters:
        exporter.shutdown(1)


def post(exporter: Any, signal: str = "traces", request: bytes = TRACES) -> Any:
    return exporter.send(signal, exporter.prepare(signal, request), 5)


@pytest.mark.parametrize("compression", ["gzip", "zstd", "deflate", "none"])
@pytest.mark.parametrize(("signal", "request_bytes"), REQUESTS)
def test_request_arrives_byte_for_byte(
    sink: RecordingSink, start: Any, signal: str, request_bytes: bytes, compression: str
) -> None:
    exporter = start(sink.http_endpoint, compression=compression)
    assert post(exporter, signal, request_bytes) == (0, "")
    assert [(r.signal, r.body) for r in sink.requests] == [(signal, request_bytes)]


def test_json_goes_out_as_json(serve: Any, start: Any) -> None:
    server = serve()
    post(start(server.endpoint, encoding="json"))
    path, headers, wire = server.requests[0]
    assert (path, headers["content-type"]) == ("/v1/traces", "application/json")
    assert Traces.from_json(gzip.decompress(wire)).encode() == [TRACES]


def test_headers_and_user_agent_are_sent(sink: RecordingSink, start: Any) -> None:
    post(start(sink.http_endpoint, headers={"X-Scope-OrgID": "a"}))
    headers = sink.requests[0].headers
    assert headers["x-scope-orgid"] == "a"
    assert headers["user-agent"] == f"Spanloom/{__version__}"


def test_a_signal_may_have_its_own_url(serve: Any, start: Any) -> None:
    server = serve()
    post(start("http://127.0.0.1:1", traces_endpoint=f"{server.endpoint}/in?tenant=a"))
    assert server.requests[0][0] == "/in?tenant=a"


def test_a_signal_without_url_is_refused_for_good(start: Any) -> None:
    exporter = start(None, traces_endpoint="http://127.0.0.1:1")
    with pytest.raises(SendError) as caught:
        post(exporter, "logs", REQUESTS[2][1])
    assert (caught.value.retryable, caught.value.reason) == (False, "no_endpoint")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504])
def test_status_decides_whether_to_retry(sink: RecordingSink, start: Any, status: int) -> None:
    sink.script(Answer(http_status=status, message="prompt: hello"))
    with pytest.raises(SendError) as caught:
        post(start(sink.http_endpoint))
    assert caught.value.retryable is (status in {429, 502, 503, 504})
    assert "hello" not in caught.value.message
    assert len(sink.requests) == 1


def test_retry_after_is_kept(sink: RecordingSink, start: Any) -> None:
    sink.script(Answer(http_status=503, retry_after_s=7))
    with pytest.raises(SendError) as caught:
        post(start(sink.http_endpoint))
    assert caught.value.retry_after_s == 7


def test_partial_success_is_reported(sink: RecordingSink, start: Any) -> None:
    sink.script(Answer(n_rejected=2, message="too old"))
    assert post(start(sink.http_endpoint)) == (2, "too old")


def test_partial_success_in_json_is_reported(serve: Any, start: Any) -> None:
    body = json.dumps({"partialSuccess": {"rejectedSpans": "2", "errorMessage": "old"}}).encode()
    server = serve(200, {"Content-Type": "application/json"}, body)
    assert post(start(server.endpoint, encoding="json")) == (2, "old")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-protobuf", b"\x0a\xff"),
        ("application/json", b"{"),
        ("application/json", b"[" * 60_000),
        ("application/json", b"[]"),
    ],
)
def test_success_that_cannot_be_read_is_not_tried_again(
    serve: Any, start: Any, content_type: str, body: bytes
) -> None:
    server = serve(200, {"Content-Type": content_type}, body)
    with pytest.raises(SendError) as caught:
        post(start(server.endpoint))
    assert (caught.value.retryable, caught.value.reason) == (False, "bad_reply")


def test_endless_answer_is_cut(serve: Any, start: Any) -> None:
    server = serve(503, PROTOBUF, b"x" * (1 << 20))
    with pytest.raises(SendError) as caught:
        post(start(server.endpoint))
    assert caught.value.reason == "http_503"


def test_connection_is_kept_between_requests(start: Any) -> None:
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer_both() -> None:
            connection, _ = listening.accept()
            with connection:
                for _ in range(2):
                    connection.recv(1 << 16)
                    connection.sendall(reply)

        server = threading.Thread(target=answer_both)
        server.start()
        exporter = start(f"http://127.0.0.1:{listening.getsockname()[1]}", compression="none")
        assert post(exporter, request=b"") == (0, "")
        assert post(exporter, request=b"") == (0, "")
        server.join()


def test_destination_that_hangs_up_is_a_retryable_failure(sink: RecordingSink, start: Any) -> None:
    sink.script(Answer(hang_up=True))
    with pytest.raises(SendError) as caught:
        post(start(sink.http_endpoint))
    assert (caught.value.retryable, caught.value.reason) == (True, "unavailable")


def test_slow_destination_is_a_retryable_failure(sink: RecordingSink, start: Any) -> None:
    sink.script(Answer(delay_s=0.5))
    exporter = start(sink.http_endpoint)
    with pytest.raises(SendError) as caught:
        exporter.send("traces", exporter.prepare("traces", TRACES), 0.05)
    assert (caught.value.retryable, caught.value.reason) == (True, "timeout")


def test_proxies_of_the_environment_are_ignored(
    sink: RecordingSink, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert post(start(sink.http_endpoint)) == (0, "")


def test_refuses_a_config_without_any_endpoint() -> None:
    with pytest.raises(ValidationError, match="at least one endpoint must be specified"):
        OTLPHTTPConfig.model_validate({})
