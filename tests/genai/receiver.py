"""Takes OTLP over HTTP from any SDK, at any path that ends in a signal's name, as OTLP/JSON."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from spanloom.batch import Logs, Metrics, Traces

KINDS: dict[str, Any] = {"traces": Traces, "logs": Logs, "metrics": Metrics}
TOP = {"traces": "resourceSpans", "logs": "resourceLogs", "metrics": "resourceMetrics"}


class Receiver(ThreadingHTTPServer):
    """Receives on a free port of 127.0.0.1 while used as a context.

    `received` holds one OTLP/JSON request per signal. Langfuse and LangSmith have paths of their
    own before `/v1/traces`; whatever else a library asks is answered with an empty object.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, signal: str, content_type: str, body: bytes) -> None:
        """Add a request. Raises DecodeError where it is no OTLP."""
        kind = KINDS[signal]
        batch = kind.from_json(body) if "json" in content_type else kind.from_bytes(body)
        groups = json.loads(batch.encode_json())[TOP[signal]]
        batch.drop("captured")
        with self._lock:
            self.received.setdefault(signal, {TOP[signal]: []})[TOP[signal]] += groups

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self._body()
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        signal = self.path.rstrip("/").rpartition("/")[2]
        if signal in KINDS:
            self.server.take(signal, self.headers.get("Content-Type", ""), body)
        self.do_GET()

    def do_GET(self) -> None:
        is_protobuf = "protobuf" in self.headers.get("Content-Type", "")
        answer = b"" if is_protobuf else b"{}"
        self.send_response(200)
        kind = "application/x-protobuf" if is_protobuf else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
