"""A back end that records: OTLP over gRPC and HTTP on real sockets, with scripted failures.

with RecordingSink() as sink:
    sink.script(Answer(grpc_code=14), Answer())   # refuse once, then accept
    ...                                           # export to sink.grpc_endpoint
    sink.wait_for(n_items=10)
    assert sink.n_items("traces") == 10
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from spanloom.testing.sink_servers import start_grpc, start_http

if TYPE_CHECKING:
    from spanloom.component import Signal

_REQUESTS: dict[Signal, Any] = {
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "logs": ExportLogsServiceRequest,
}
_RESPONSES: dict[Signal, Any] = {
    "traces": ExportTraceServiceResponse,
    "metrics": ExportMetricsServiceResponse,
    "logs": ExportLogsServiceResponse,
}
_REJECTED: dict[Signal, str] = {
    "traces": "rejected_spans",
    "metrics": "rejected_data_points",
    "logs": "rejected_log_records",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sink answers to one request.

    Attributes:
        grpc_code: the gRPC status; 0 accepts.
        http_status: the HTTP status; 200 accepts.
        message: of the status, or of the partial success.
        retry_after_s: sent as RetryInfo over gRPC and as Retry-After over HTTP.
        n_rejected: items refused in a partial success.
        delay_s: how long the answer takes.
        hang_up: close the HTTP connection without an answer.
    """

    grpc_code: int = 0
    http_status: int = 200
    message: str = ""
    retry_after_s: float | None = None
    n_rejected: int = 0
    delay_s: float = 0.0
    hang_up: bool = False

    def accepts(self, transport: str) -> bool:
        """Whether the request counts as delivered."""
        if transport == "grpc":
            return self.grpc_code == 0
        return self.http_status // 100 == 2 and not self.hang_up  # noqa: PLR2004 - 2xx


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it came, decompressed.

    Attributes:
        transport: grpc or http.
        signal: traces, metrics or logs.
        headers: names in lower case.
        body: the encoded Export*ServiceRequest.
        wire_bytes: bytes of the body before decompression (over HTTP; else those of `body`).
        accepted: whether the answer was a success.
    """

    transport: str
    signal: Signal
    headers: dict[str, str]
    body: bytes
    wire_bytes: int
    accepted: bool

    def message(self) -> Any:
        """The request as a protobuf message."""
        return _REQUESTS[self.signal].FromString(self.body)


@dataclass
class RecordingSink:
    """An OTLP server of both protocols on free local ports; a context manager.

    Args:
        grpc_address, http_address: where to listen, `127.0.0.1:0` by default.
        keep_bodies: False only counts, for long runs.
        default: the answer when no scripted one is left.

    Attributes:
        requests: all requests in order, refused ones too.
    """

    grpc_address: str = "127.0.0.1:0"
    http_address: str = "127.0.0.1:0"
    keep_bodies: bool = True
    default: Answer = field(default_factory=Answer)
    requests: list[Recorded] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._script: deque[Answer] = deque()
        self._changed = threading.Condition()
        self._n_items: dict[str, int] = dict.fromkeys(_REQUESTS, 0)
        self._grpc = start_grpc(self.grpc_address, self.answer)
        self._http = start_http(self.http_address, self.answer)

    @property
    def grpc_endpoint(self) -> str:
        """`host:port`."""
        return self._grpc.endpoint

    @property
    def http_endpoint(self) -> str:
        """`http://host:port`."""
        return f"http://{self._http.endpoint}"

    def script(self, *answers: Answer) -> None:
        """Queue answers; each is used for one request, of any protocol."""
        with self._changed:
            self._script.extend(answers)

    def n_items(self, signal: Signal | None = None) -> int:
        """Items in accepted requests, of one signal or of all."""
        with self._changed:
            return self._n_items[signal] if signal else sum(self._n_items.values())

    def messages(self, signal: Signal) -> list[Any]:
        """The accepted requests of a signal."""
        with self._changed:
            found = [r for r in self.requests if r.signal == signal and r.accepted]
        return [request.message() for request in found]

    def wait_for(self, *, n_items: int = 0, n_requests: int = 0, timeout_s: float = 15.0) -> None:
        """Block until so many items were accepted and so many requests have come.

        Raises:
            TimeoutError: with what has come instead.
        """
        with self._changed:
            enough = self._changed.wait_for(
                lambda: sum(self._n_items.values()) >= n_items and len(self.requests) >= n_requests,
                timeout_s,
            )
            if not enough:
                n_seen = sum(self._n_items.values())
                raise TimeoutError(
                    f"{n_seen} of {n_items} items and {len(self.requests)} of {n_requests} "
                    "requests came"
                )

    def answer(
        self, transport: str, signal: Signal, headers: dict[str, str], body: bytes, wire_bytes: int
    ) -> tuple[Answer, bytes]:
        """Record one request; its answer and the encoded success response."""
        with self._changed:
            answer = self._script.popleft() if self._script else self.default
        if answer.delay_s:
            time.sleep(answer.delay_s)
        accepted = answer.accepts(transport)
        n_items = count_items(signal, body) if accepted else 0
        kept = body if self.keep_bodies else b""
        with self._changed:
            self.requests.append(Recorded(transport, signal, headers, kept, wire_bytes, accepted))
            self._n_items[signal] += max(0, n_items - answer.n_rejected)
            self._changed.notify_all()
        return answer, _response(signal, answer)

    def close(self) -> None:
        """Stop both servers; connections are cut."""
        self._grpc.stop()
        self._http.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def count_items(signal: Signal, body: bytes) -> int:
    """Spans, log records or data points in an encoded request."""
    request = _REQUESTS[signal].FromString(body)
    if signal == "traces":
        return sum(len(s.spans) for r in request.resource_spans for s in r.scope_spans)
    if signal == "logs":
        return sum(len(s.log_records) for r in request.resource_logs for s in r.scope_logs)
    metrics = [m for r in request.resource_metrics for s in r.scope_metrics for m in s.metrics]
    kinds = [(m, m.WhichOneof("data")) for m in metrics]
    return sum(len(getattr(m, kind).data_points) for m, kind in kinds if kind)


def _response(signal: Signal, answer: Answer) -> bytes:
    response = _RESPONSES[signal]()
    if answer.n_rejected or answer.message:
        setattr(response.partial_success, _REJECTED[signal], answer.n_rejected)
        response.partial_success.error_message = answer.message
    encoded: bytes = response.SerializeToString()
    return encoded
