"""Answers probes: 200 while the pipelines run, 503 before and after."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from spanloom.component import Extension, Factory, Host, Settings
from spanloom.config.duration import format_duration
from spanloom.extensions.health_check.config import Config

if TYPE_CHECKING:
    from spanloom.clock import Clock

# A probe is one short request; whoever needs longer is not one.
_REQUEST_TIMEOUT_S = 5.0
_CONNECTIONS_MAX = 32
_STOP_POLL_S = 0.1


class Status:
    """What the answer is now."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.path = config.path
        self._bodies = config.response_body
        self._clock = clock
        self._ready_since_s: float | None = None

    def set_ready(self, *, ready: bool) -> None:
        self._ready_since_s = self._clock.now_s() if ready else None

    def answer(self) -> tuple[int, str]:
        """(HTTP status, body)."""
        since_s = self._ready_since_s
        if since_s is None:
            return 503, self._bodies.unhealthy or _default_body("Server not available")
        if self._bodies.healthy:
            return 200, self._bodies.healthy
        uptime = format_duration(round(max(0.0, self._clock.now_s() - since_s), 3))
        up_since = datetime.fromtimestamp(since_s, UTC).isoformat()
        return 200, _default_body("Server available", upSince=up_since, uptime=uptime)


def _default_body(status: str, **fields: str) -> str:
    return json.dumps({"status": status, **fields})


class HealthCheck(Extension):
    """An HTTP server in a thread of its own, from `start` to `shutdown`."""

    def __init__(self, config: Config, settings: Settings) -> None:
        self.settings = settings
        self._config = config
        self._status = Status(config, settings.clock)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port really bound; 0 before `start`."""
        return self._server.server_address[1] if self._server else 0

    def start(self, host: Host) -> None:
        """Raises OSError, naming the address, when it cannot be bound."""
        del host
        try:
            self._server = _Server(self._config.endpoint, self._status)
        except OSError as error:
            raise OSError(
                error.errno, f"cannot listen on {self._config.endpoint}: {error}"
            ) from None
        name = f"spanloom-{self.settings.id}"
        target, arguments = self._server.serve_forever, (_STOP_POLL_S,)
        self._thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
        self._thread.start()

    def pipelines_ready(self) -> None:
        self._status.set_ready(ready=True)

    def pipelines_not_ready(self) -> None:
        self._status.set_ready(ready=False)

    def shutdown(self, timeout_s: float) -> None:
        server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.shutdown()
            server.server_close()
            self._thread.join(timeout_s)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    # Threads of slow clients end by their timeout; nobody waits for them.
    block_on_close = False
    # A reload starts the successor before this one stops.
    allow_reuse_port = True

    def __init__(self, endpoint: str, status: Status) -> None:
        host, _, port = endpoint.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if ":" in host:
            self.address_family = socket.AF_INET6
        self._free = threading.BoundedSemaphore(_CONNECTIONS_MAX)
        super().__init__((host, int(port)), type("Handler", (_Handler,), {"status": status}))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Above the limit of connections a new one is closed at once."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A probe that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    status: Status
    timeout = _REQUEST_TIMEOUT_S
    server_version = "spanloom"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != self.status.path:
            self.send_error(404)
            return
        code, body = self.status.answer()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())

    do_HEAD = do_GET  # noqa: N815 - named by the base class

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Probes are not logged."""


FACTORY = Factory(
    config=Config,
    create=HealthCheck,
    signals=frozenset(),
    stability="beta",
)
