"""The `file` exporter: acknowledges what the operating system has taken."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from spanloom_native import compress

from spanloom.batch import BATCH_TYPES, BatchError
from spanloom.component import Exporter, Factory
from spanloom.delivery.errors import SendError
from spanloom.delivery.health import Health
from spanloom.delivery.metrics import UNITS, ItemMetrics
from spanloom.exporters.file.config import FileConfig
from spanloom.exporters.file.writer import FileWriter

if TYPE_CHECKING:
    from spanloom.component import AnyBatch, Host, Settings

_PREFIX_BYTES = 4


class FileExporter(Exporter):
    """Writes each batch as one record, one batch at a time."""

    def __init__(self, config: FileConfig, settings: Settings) -> None:
        self.settings = settings
        self._config = config
        self._health = Health(settings.logger)
        self._items = {s: ItemMetrics(settings.telemetry, settings.id, s) for s in UNITS}
        self._lock = threading.Lock()
        self._writer: FileWriter | None = None

    def start(self, host: Host) -> None:  # noqa: ARG002 - the component's interface
        path = Path(self.settings.config_dir) / self._config.path
        folder = self._config.create_directory
        if folder.enabled:
            path.parent.mkdir(mode=folder.mode, parents=True, exist_ok=True)
        rotation = self._config.rotation if self._config.rotation.enabled else None
        truncate = rotation is None and not self._config.append
        self._writer = FileWriter(path, rotation, self.settings.clock, truncate=truncate)

    def shutdown(self, timeout_s: float) -> None:  # noqa: ARG002 - nothing is held
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def consume(self, batch: AnyBatch) -> None:
        n_items, items = len(batch), self._items[batch.signal]
        error = self._write(batch)
        if error is None:
            items.sent.add(n_items)
            batch.ack()
            return
        items.send_failed.add(n_items)
        batch.nack(error.message, retryable=error.retryable, reason=error.reason)

    def _write(self, batch: AnyBatch) -> SendError | None:
        """The failure to write the batch, if there was one."""
        try:
            record = self._record(batch)
            with self._lock:
                if self._writer is None:
                    return SendError("shutting down", retryable=True, reason="shutdown")
                self._writer.write(record)
        except BatchError:
            error = SendError("the batch cannot be encoded", retryable=False, reason="encode")
            self._health.failed(error)
            return error
        except OSError as cause:
            error = SendError(f"the file cannot be written (errno {cause.errno})", retryable=True)
            self._health.failed(error)
            return error
        except Exception as cause:  # noqa: BLE001 - `consume` never raises
            return self._health.broke(cause)
        self._health.succeeded()
        return None

    def _record(self, batch: AnyBatch) -> bytes:
        is_json = self._config.format == "json"
        record = batch.encode_json() if is_json else b"".join(batch.encode())
        if self._config.compression != "none":
            record = compress(record, self._config.compression)
        if self._config.has_length_prefix:
            return len(record).to_bytes(_PREFIX_BYTES, "big") + record
        return record + b"\n"


FACTORY = Factory(config=FileConfig, create=FileExporter, signals=frozenset(BATCH_TYPES))
