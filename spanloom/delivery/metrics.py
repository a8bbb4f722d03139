"""An exporter's own metrics, under the Collector's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spanloom.component import Settings, Signal
    from spanloom.telemetry import Counter, Telemetry

UNITS: Final[dict[Signal, str]] = {
    "traces": "spans",
    "metrics": "metric_points",
    "logs": "log_records",
}
# The Collector's boundaries for batch_send_size, and for its bytes.
_ITEM_BUCKETS = (10, 25, 50, 75, 100, 250, 500, 750, 1000, 2000, 5000, 10_000, 50_000, 100_000)
_BYTE_BUCKETS = tuple(1000 * n for n in (1, 5, 10, 50, 100, 500, 1000, 2000, 4000, 10_000))


class ItemMetrics:
    """Items sent, failed, and refused at the door, of one signal."""

    def __init__(self, telemetry: Telemetry, exporter: str, signal: Signal) -> None:
        unit = UNITS[signal]

        def counter(outcome: str, help_text: str) -> Counter:
            name = f"otelcol_exporter_{outcome}_{unit}"
            return telemetry.counter(name, help_text, {"exporter": exporter})

        self.sent = counter("sent", "Items that the destination took.")
        self.send_failed = counter("send_failed", "Items that did not reach the destination.")
        self.enqueue_failed = counter("enqueue_failed", "Items that found the queue full.")


class QueueMetrics:
    """The queue and what is sent from it."""

    def __init__(
        self,
        settings: Settings,
        capacity: int,
        size: Callable[[Signal], int],
        n_in_flight: Callable[[], float],
    ) -> None:
        telemetry, labels = settings.telemetry, {"exporter": settings.id}
        text = "Requests being sent."
        settings.gauge("otelcol_exporter_in_flight_requests", text, labels, n_in_flight)
        for signal in UNITS:
            by_signal = labels | {"data_type": signal}
            _queue_gauges(settings, by_signal, capacity, partial(size, signal))
        text = "Items in a request."
        self.send_size = telemetry.histogram(
            "otelcol_exporter_queue_batch_send_size", text, labels, _ITEM_BUCKETS
        )
        text = "Bytes in a request."
        self.send_size_bytes = telemetry.histogram(
            "otelcol_exporter_queue_batch_send_size_bytes", text, labels, _BYTE_BUCKETS
        )


def _queue_gauges(
    settings: Settings, labels: dict[str, str], capacity: int, size: Callable[[], float]
) -> None:
    text = "What waits to be sent, in the units of the queue's sizer."
    settings.gauge("otelcol_exporter_queue_size", text, labels, size)
    text = "What may wait, in the units of the queue's sizer."
    settings.gauge("otelcol_exporter_queue_capacity", text, labels, lambda: float(capacity))
