"""Serves own metrics over HTTP, where `service.telemetry.metrics` says."""

from __future__ import annotations

import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from typing import Protocol

from spanloom.telemetry import Telemetry

# A scraper that is slower than this is none.
_REQUEST_TIMEOUT_S = 10.0


class Page(Protocol):
    """Where to serve the metrics, and under which names."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def without_type_suffix(self) -> bool: ...


class MetricsServer:
    """Serves `GET /metrics` at an address, one scrape at a time."""

    def __init__(self, telemetry: Telemetry, page: Page) -> None:
        """Binds. Raises OSError when the address is taken."""
        members = {"telemetry": telemetry, "without_total": page.without_type_suffix}
        handler = type("Handler", (_Handler,), members)
        self._server = _Server((page.host, page.port), handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="spanloom-metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.TCPServer):
    allow_reuse_address = True
    # A reload starts the new server before the old one stops.
    allow_reuse_port = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A scraper that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    telemetry: Telemetry
    without_total: bool
    timeout = _REQUEST_TIMEOUT_S
    server_version = "spanloom"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path.split("?")[0] != "/metrics":
            self.send_error(404)
            return
        body = self.telemetry.render(without_total=self.without_total)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Scrapes are not logged."""
