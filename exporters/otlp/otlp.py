"""The `otlp` exporter: requests go out over gRPC as the bytes they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.delivery import QueuedExporter, SendError, Sent
from spanloom.delivery.replies import read_success
from spanloom.exporters.otlp.transport import Transport, connect

if TYPE_CHECKING:
    from spanloom.component import Settings, Signal
    from spanloom.exporters.otlp.config import OTLPConfig


class OTLPExporter(QueuedExporter):
    """Sends with blocking calls on the consumers' threads."""

    def __init__(self, config: OTLPConfig, settings: Settings) -> None:
        super().__init__(config, settings)
        self._config = config
        self._transport: Transport | None = None

    def open(self) -> None:
        self._transport = connect(self._config, self.settings.config_dir)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def prepare(self, signal: Signal, request: bytes) -> bytes:  # noqa: ARG002 - all are alike
        limit = self._config.max_send_message_bytes
        if limit and len(request) > limit:
            text = "the request is larger than max_send_message_bytes"
            raise SendError(text, retryable=False, reason="too_large")
        return request if self._transport is None else self._transport.prepare(request)

    def send(self, signal: Signal, request: bytes, timeout_s: float) -> Sent:
        if self._transport is None:
            raise SendError("not connected", retryable=True, reason="unavailable")
        return read_success(self._transport.call(signal, request, timeout_s))
