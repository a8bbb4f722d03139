"""Collects batches and sends them on by size or by time.

The held batches keep what they owe to their senders: merging joins the duties, so every
sender is answered when the merged batch is delivered, and none before. Data whose senders were
answered already is merged apart: exporters try longer for it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

from spanloom.batch import BATCH_TYPES
from spanloom.component import AnyBatch, Factory, Host, Processor, Settings
from spanloom.holding import HoldingThread
from spanloom.logs import describe
from spanloom.processors.batch.config import Config

if TYPE_CHECKING:
    from spanloom.telemetry import Counter

# The bounds that the Collector uses for these two histograms.
_THOUSANDS = [*range(1000, 10_000, 1000)]
_ITEM_BOUNDS = [10, 25, 50, 75, 100, 250, 500, 750, *_THOUSANDS]
_ITEM_BOUNDS += [10_000, 20_000, 30_000, 50_000, 100_000]
_BYTE_BOUNDS = [*_ITEM_BOUNDS, *(100 * n for n in _THOUSANDS[1:]), *(1000 * n for n in _THOUSANDS)]


class BatchProcessor(Processor):
    """Holds batches of one pipeline; one thread watches the time."""

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        self.settings = settings
        self._config = config
        self._immediate = not (config.timeout and config.send_batch_size)
        self._lock = threading.Lock()
        self._held: list[AnyBatch] = []
        self._n_items = 0
        self._n_bytes = 0
        self._deadline_s = 0.0
        self._holding = HoldingThread(settings, self._send_due)
        self._add_metrics()

    def start(self, host: Host) -> None:
        del host
        self._holding.start()

    def consume(self, batch: AnyBatch) -> None:
        """Hold the batch, and send everything held if that is enough now."""
        if len(batch) == 0:
            batch.ack()
            return
        with self._lock:
            self._hold(batch)
            full = self._take() if self._is_full() else []
        if full:
            self._send(full, self._size_triggers)

    def shutdown(self, timeout_s: float) -> None:
        """Send what is held to the next consumer; what comes later is sent at once."""
        self._holding.stop(timeout_s)
        with self._lock:
            rest = self._take()
        if rest:
            self._send(rest, self._timeout_triggers)

    def _hold(self, batch: AnyBatch) -> None:
        if not self._held:
            self._deadline_s = self.settings.clock.monotonic_s() + self._config.timeout
            self._holding.wake()
        self._held.append(batch)
        self._n_items += len(batch)
        self._n_bytes += batch.size_bytes

    def _is_full(self) -> bool:
        return (
            self._immediate
            or self._n_items >= self._config.send_batch_size
            or self._n_bytes >= self._config.send_batch_bytes
            or self._holding.closing
        )

    def _take(self) -> list[AnyBatch]:
        taken, self._held = self._held, []
        self._n_items = self._n_bytes = 0
        return taken

    def _send_due(self, now_s: float) -> float | None:
        """Send what has waited long enough; when the rest will have (monotonic seconds)."""
        with self._lock:
            if not self._held:
                return None
            if now_s < self._deadline_s:
                return self._deadline_s
            late = self._take()
        self._send(late, self._timeout_triggers)
        return None

    def _send(self, held: list[AnyBatch], trigger: Counter) -> None:
        """Merge, split and hand on. Batches lost to an error here are refused, retryably."""
        try:
            trigger.add(1)
            for part in self._merge(held):
                self._sizes.record(len(part))
                self._sizes_bytes.record(part.size_bytes)
                self.next.consume(part)
        except Exception as error:  # noqa: BLE001 - the thread must live; the sender tries again
            self.settings.logger.error(
                "Could not merge batches; their senders are asked to try again.",
                extra={"component": self.settings.id, "error": describe(error)},
            )

    def _merge(self, held: list[AnyBatch]) -> list[AnyBatch]:
        awaited = [batch for batch in held if batch.is_awaited]
        answered = [batch for batch in held if not batch.is_awaited]
        return [part for some in (awaited, answered) if some for part in self._join(some)]

    def _join(self, held: list[AnyBatch]) -> list[AnyBatch]:
        merged = held[0] if len(held) == 1 else _concat(held)
        n_max = self._config.send_batch_max_size
        if 0 < n_max < len(merged):
            return cast("list[AnyBatch]", merged.split(n_max))
        return [merged]

    def _add_metrics(self) -> None:
        telemetry, labels = self.settings.telemetry, {"processor": self.settings.id}
        prefix = "otelcol_processor_batch_"
        self._size_triggers = telemetry.counter(
            prefix + "batch_size_trigger_send", "Batches sent because enough was held.", labels
        )
        self._timeout_triggers = telemetry.counter(
            prefix + "timeout_trigger_send", "Batches sent because time was over.", labels
        )
        self._sizes = telemetry.histogram(
            prefix + "batch_send_size", "Items in a batch sent.", labels, _ITEM_BOUNDS
        )
        self._sizes_bytes = telemetry.histogram(
            prefix + "batch_send_size_bytes", "Bytes in a batch sent.", labels, _BYTE_BOUNDS
        )
        self.settings.gauge(
            prefix + "metadata_cardinality",
            "Combinations of client metadata batched separately; always 1.",
            labels,
            lambda: 1.0,
        )


def _concat(held: list[AnyBatch]) -> AnyBatch:
    # All batches of one pipeline have the same signal.
    merged: AnyBatch = type(held[0]).concat(held)  # type: ignore[arg-type]
    return merged


FACTORY = Factory(
    config=Config,
    create=BatchProcessor,
    signals=frozenset(BATCH_TYPES),
    stability="beta",
)
