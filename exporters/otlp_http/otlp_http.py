"""The `otlp_http` exporter: requests go out through a pool of urllib3 connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import urllib3
from spanloom_native import compress

from spanloom import __version__
from spanloom.batch import BATCH_TYPES
from spanloom.delivery import QueuedExporter, SendError, Sent
from spanloom.delivery.tls import ssl_context
from spanloom.exporters.otlp_http.replies import read_body, read_reply

if TYPE_CHECKING:
    from spanloom.component import Settings, Signal
    from spanloom.exporters.otlp_http.config import OTLPHTTPConfig

_CONTENT_TYPES = {"proto": "application/x-protobuf", "json": "application/json"}


class OTLPHTTPExporter(QueuedExporter):
    """One connection per request in flight, kept open between requests."""

    def __init__(self, config: OTLPHTTPConfig, settings: Settings) -> None:
        super().__init__(config, settings)
        self._config = config
        self._headers = _headers(config)
        self._urls = {signal: config.url(signal) for signal in BATCH_TYPES}
        self._pool: urllib3.PoolManager | None = None

    def open(self) -> None:
        if self._config.tls.insecure_skip_verify:
            self.settings.logger.warning("the destination's certificate is not verified")
            # The library would say it again with every connection.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._pool = _connect(self._config, self.settings.config_dir)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.clear()

    def prepare(self, signal: Signal, request: bytes) -> bytes:
        if self._config.encoding == "json":
            request = BATCH_TYPES[signal].from_bytes(request).encode_json()
        if self._config.compression == "none":
            return request
        level = self._config.compression_params.level
        return compress(request, self._config.compression, level)

    def send(self, signal: Signal, request: bytes, timeout_s: float) -> Sent:
        url = self._urls[signal]
        if url is None or self._pool is None:
            raise SendError(f"no endpoint for {signal}", retryable=False, reason="no_endpoint")
        clock = self.settings.clock
        deadline_s = clock.monotonic_s() + timeout_s
        try:
            response = self._post(self._pool, url, request, timeout_s)
            body = read_body(response, clock, deadline_s)
        except urllib3.exceptions.HTTPError as error:
            raise _as_send_error(error) from None
        return read_reply(response.status, response.headers, body, clock.now_s())

    def _post(
        self, pool: urllib3.PoolManager, url: str, body: bytes, timeout_s: float
    ) -> urllib3.BaseHTTPResponse:
        return pool.request(
            "POST",
            url,
            body=body,
            headers=self._headers,
            timeout=urllib3.Timeout(total=timeout_s),
            # Delivery has its own retries, and a redirect would carry data elsewhere.
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )


def _headers(config: OTLPHTTPConfig) -> dict[str, str]:
    headers = {
        "Content-Type": _CONTENT_TYPES[config.encoding],
        "User-Agent": config.user_agent or f"Spanloom/{__version__}",
        # Answers are small; a compressed one would have to be inflated within bounds.
        "Accept-Encoding": "identity",
    }
    if config.compression != "none":
        headers["Content-Encoding"] = config.compression
    return headers | {name: secret.reveal() for name, secret in config.headers.items()}


def _connect(config: OTLPHTTPConfig, config_dir: str) -> urllib3.PoolManager:
    """The pool. Raises OSError for TLS files that do not serve."""
    override = config.tls.server_name_override
    verify = not config.tls.insecure_skip_verify
    options: dict[str, Any] = {
        # For batches that senders wait for, and for the others.
        "maxsize": 2 * config.sending_queue.num_consumers,
        "ssl_context": ssl_context(config.tls, config_dir),
        "cert_reqs": "CERT_REQUIRED" if verify else "CERT_NONE",
        "assert_hostname": (override if verify else False),
        "server_hostname": override,
    }
    if config.proxy_url is not None:
        return urllib3.ProxyManager(config.proxy_url, **options)
    return urllib3.PoolManager(**options)


def _as_send_error(error: urllib3.exceptions.HTTPError) -> SendError:
    """A failure without an answer. Only its kind is told: its text holds the URL."""
    cause: object = getattr(error, "reason", None) or error
    if isinstance(error, urllib3.exceptions.TimeoutError):
        text, reason = "the destination did not answer in time", "timeout"
    elif isinstance(error, urllib3.exceptions.SSLError):
        text, reason = "no TLS connection to the destination", "tls"
    else:
        text, reason = "no connection to the destination", "unavailable"
    return SendError(f"{text} ({type(cause).__name__})", retryable=True, reason=reason)
