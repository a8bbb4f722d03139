"""The two servers of `RecordingSink`: grpcio, and the standard library's HTTP server."""

from __future__ import annotations

import gzip
import socketserver
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

if TYPE_CHECKING:
    from spanloom.component import Signal
    from spanloom.testing.sink import Answer

    AnswerFunction = Callable[[str, Signal, dict[str, str], bytes, int], tuple[Answer, bytes]]

_N_THREADS = 16
_STOP_S = 0.2
_SERVICES: tuple[tuple[Signal, Any, str], ...] = (
    ("traces", trace_service_pb2, "TraceService"),
    ("metrics", metrics_service_pb2, "MetricsService"),
    ("logs", logs_service_pb2, "LogsService"),
)
_GRPC_METHODS: dict[str, Signal] = {
    f"/{module.DESCRIPTOR.services_by_name[name].full_name}/Export": signal
    for signal, module, name in _SERVICES
}
_HTTP_PATHS: dict[str, Signal] = {
    "/v1/traces": "traces",
    "/v1/metrics": "metrics",
    "/v1/logs": "logs",
}
_GRPC_CODES = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs until `stop`; `endpoint` is host:port."""

    endpoint: str
    stop: Callable[[], None]


class _GrpcHandler(grpc.GenericRpcHandler):
    def __init__(self, answer: AnswerFunction) -> None:
        self._answer = answer

    def service(self, handler_call_details: Any) -> Any:
        signal = _GRPC_METHODS.get(handler_call_details.method)
        if signal is None:
            return None
        return grpc.unary_unary_rpc_method_handler(
            lambda body, context: self._export(signal, body, context)
        )

    def _export(self, signal: Signal, body: bytes, context: grpc.ServicerContext) -> bytes:
        headers = {key: str(value) for key, value in context.invocation_metadata()}
        answer, response = self._answer("grpc", signal, headers, body, len(body))
        if answer.grpc_code:
            if answer.retry_after_s is not None:
                context.set_trailing_metadata((("grpc-status-details-bin", retry_status(answer)),))
            context.abort(_GRPC_CODES[answer.grpc_code], answer.message)
        return response


def start_grpc(address: str, answer: AnswerFunction) -> Running:
    """A gRPC server of the three Export methods that takes messages of any size."""
    options = [("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)]
    server = grpc.server(ThreadPoolExecutor(_N_THREADS), options=options)
    server.add_generic_rpc_handlers((_GrpcHandler(answer),))
    port = server.add_insecure_port(address)
    server.start()
    host = address.rpartition(":")[0]

    def stop() -> None:
        server.stop(_STOP_S).wait()

    return Running(f"{host}:{port}", stop)


def retry_status(answer: Answer) -> bytes:
    """google.rpc.Status {code, message, details: [RetryInfo]}, encoded.

    Written by hand, as the messages of google.rpc are in another distribution.
    """
    delay = Duration(
        seconds=int(answer.retry_after_s or 0),
        nanos=int((answer.retry_after_s or 0) % 1 * 10**9),
    )
    retry_info = _bytes_field(1, delay.SerializeToString())
    detail = AnyMessage(type_url="type.googleapis.com/google.rpc.RetryInfo", value=retry_info)
    return (
        bytes([1 << 3, answer.grpc_code])
        + _bytes_field(2, answer.message.encode()[:100])
        + _bytes_field(3, detail.SerializeToString())
    )


def _bytes_field(number: int, value: bytes) -> bytes:
    if len(value) >= 1 << 7:
        raise ValueError("the status is too long for a one-byte length")
    return bytes([number << 3 | 2, len(value)]) + value


def start_http(address: str, answer: AnswerFunction) -> Running:
    """An HTTP/1.1 server of the three OTLP paths, protobuf only."""
    host, _, port = address.rpartition(":")
    handler = type("Handler", (_HttpHandler,), {"answer": staticmethod(answer)})
    server = _HttpServer((host, int(port)), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return Running(f"{host}:{server.server_address[1]}", stop)


class _HttpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


class _HttpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer: Callable[..., tuple[Answer, bytes]]
    # Headers and body leave in two writes; without this the second waits for an ACK.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        wire = self.rfile.read(int(self.headers.get("content-length", 0)))
        signal = _HTTP_PATHS.get(self.path)
        if signal is None:
            self._reply(404, b"")
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        body = decompress(wire, headers.get("content-encoding", "identity"))
        answer, response = self.answer("http", signal, headers, body, len(wire))
        if answer.hang_up:
            self.close_connection = True
            return
        accepted = answer.accepts("http")
        status = bytes([2 << 3 | 2, len(answer.message)]) + answer.message.encode()
        self._reply(answer.http_status, response if accepted else status, answer.retry_after_s)

    def _reply(self, status: int, body: bytes, retry_after_s: float | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(body)))
        if retry_after_s is not None:
            self.send_header("Retry-After", str(int(retry_after_s)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
        """Stay silent."""


def decompress(data: bytes, encoding: str) -> bytes:
    """The body behind a Content-Encoding: identity, gzip, deflate or zstd."""
    match encoding:
        case "identity" | "":
            return data
        case "gzip":
            return gzip.decompress(data)
        case "deflate":
            return zlib.decompress(data)
        case "zstd":
            # Imported late: only tests of zstd need it.
            import zstandard

            return zstandard.ZstdDecompressor().decompressobj().decompress(data)
        case _:
            raise ValueError(f"the sink cannot read {encoding}")
