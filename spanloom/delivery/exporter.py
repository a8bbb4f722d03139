"""`QueuedExporter`: everything between a pipeline and `send`."""

from __future__ import annotations

import math
import threading
from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING

from spanloom.component import Exporter
from spanloom.delivery.errors import SendError, Sent, worse
from spanloom.delivery.health import Health
from spanloom.delivery.item import Item
from spanloom.delivery.line import Line
from spanloom.delivery.metrics import UNITS, ItemMetrics, QueueMetrics
from spanloom.delivery.packing import Parcel, pack
from spanloom.delivery.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanloom.component import AnyBatch, Host, Settings, Signal
    from spanloom.delivery.config import DeliveryConfig

# A request never exceeds this where max_size counts items: gRPC servers take 4 MiB.
_REQUEST_BYTES_MAX = 3_500_000
# After the drain, threads only have to settle what they hold.
_JOIN_S = 1.0


class QueuedExporter(Exporter, ABC):
    """An exporter that only has to know how to send one encoded request.

    Batches wait in a bounded queue, are joined and split into requests, tried again,
    and settled with the worst that became of the requests they are in. Those whose senders
    wait leave after `wait_timeout`; those whose senders were answered before have a queue and
    consumers of their own, so that neither ends or delays the attempts for the other. A derived
    class implements `send`, and `prepare`, `open` and `close` where it needs them.

        class Upload(QueuedExporter):
            def send(self, signal, request, timeout_s):
                self._client.put(signal, request, timeout_s)
                return Sent()
    """

    def __init__(self, config: DeliveryConfig, settings: Settings) -> None:
        self.settings = settings
        self._queue_config = config.sending_queue
        self._health = Health(settings.logger)
        self._closing = threading.Event()
        self._retry = Retry(
            config.retry_on_failure, config.timeout, settings.clock, self._closing, self._health
        )
        self._awaited = self._line("consumer")
        self._answered = self._line("answered")
        self._sending: set[int] = set()
        self._shutdown_lock = threading.Lock()
        self._is_shut_down = False
        self._items = {s: ItemMetrics(settings.telemetry, settings.id, s) for s in UNITS}
        capacity = self._queue_config.queue_size if self._queue_config.enabled else 0
        self._metrics = QueueMetrics(
            settings, capacity, self._queue_size, lambda: float(len(self._sending))
        )

    def _line(self, name: str) -> Line:
        settings = self.settings
        return Line(self._queue_config, settings.clock, f"{settings.id}/{name}", self._deliver)

    def _queue_size(self, signal: Signal) -> int:
        return self._awaited.queue.size(signal) + self._answered.queue.size(signal)

    # -- what a derived class writes ------------------------------------------------

    @abstractmethod
    def send(self, signal: Signal, request: bytes, timeout_s: float) -> Sent:
        """Deliver one request within `timeout_s`; called by several threads at once.

        Args:
            signal: what the request carries.
            request: an encoded Export*ServiceRequest, or what `prepare` made of it.
            timeout_s: above 0; may be less than the configured timeout.

        Raises:
            SendError: not delivered. Anything else counts as retryable.
        """

    def prepare(self, signal: Signal, request: bytes) -> bytes:  # noqa: ARG002 - for overriding
        """The body to send, made once for all attempts: another encoding, compression."""
        return request

    def open(self) -> None:
        """Make connections; called by `start`, before anything is sent."""

    def close(self) -> None:
        """Release connections, cutting what is still in flight; called once."""

    # -- lifecycle ------------------------------------------------------------------

    def start(self, host: Host) -> None:  # noqa: ARG002 - the component's interface
        self.open()
        if not self._queue_config.enabled:
            return
        self._answered.start()
        if self._queue_config.wait_for_result:
            self._awaited.start()

    def shutdown(self, timeout_s: float) -> None:
        with self._shutdown_lock:
            if self._is_shut_down:
                return
            self._is_shut_down = True
            clock = self.settings.clock
            self._retry.stop_s = clock.monotonic_s() + timeout_s
            self._closing.set()
            lines = (self._awaited, self._answered)
            for line in lines:
                line.queue.close()
            for line in lines:
                line.join(self._retry.stop_s)
            for item in (item for line in lines for item in line.queue.remaining()):
                item.failure = SendError("shutting down", retryable=True, reason="shutdown")
                self._settle_safely(item)
            self.close()
            stop_s = clock.monotonic_s() + _JOIN_S
            for line in lines:
                line.join(stop_s)

    # -- the way in -----------------------------------------------------------------

    def consume(self, batch: AnyBatch) -> None:
        for piece in self._pieces(batch):
            item = self._item(piece)
            if self._queue_config.enabled:
                self._enqueue(item)
            else:
                self._deliver([item])

    def _pieces(self, batch: AnyBatch) -> Sequence[AnyBatch]:
        """Batches that `max_size` in items allows."""
        joining = self._queue_config.batch
        n_items_max = joining.max_size if joining.enabled and joining.sizer == "items" else 0
        return batch.split(n_items_max) if 0 < n_items_max < len(batch) else [batch]

    def _item(self, batch: AnyBatch) -> Item:
        now_s = self.settings.clock.monotonic_s()
        deadline_s = math.inf
        # Once its sender has an answer, nobody tries again but this exporter.
        if self._queue_config.enabled and self._queue_config.wait_for_result and batch.is_awaited:
            deadline_s = now_s + self._queue_config.wait_timeout
        acknowledge = self._queue_config.enabled and not self._queue_config.wait_for_result
        n_items, n_bytes = len(batch), batch.size_bytes
        return Item(batch, batch.signal, n_items, n_bytes, now_s, deadline_s, acknowledge)

    def _enqueue(self, item: Item) -> None:
        line = self._awaited if item.deadline_s < math.inf else self._answered
        if line.queue.offer(item):
            return
        self._items[item.signal].enqueue_failed.add(item.n_items)
        message = "shutting down" if self._closing.is_set() else "sending queue is full"
        item.batch.nack(message, retryable=True, reason="queue_full")

    # -- the consumers --------------------------------------------------------------

    def _deliver(self, items: list[Item]) -> None:
        """Send and settle; whatever goes wrong, each item is settled and the thread lives."""
        try:
            for parcel in pack(self._in_time(items), self._bytes_max()):
                self._deliver_parcel(parcel)
        # A panic of native code is no Exception, and must not end a consumer either.
        except BaseException as cause:  # noqa: BLE001
            failure = self._health.broke(cause)
            for item in items:
                item.failure = worse(item.failure, failure)
        for item in items:
            self._settle_safely(item)

    def _in_time(self, items: list[Item]) -> list[Item]:
        now_s = self.settings.clock.monotonic_s()
        for item in items:
            if now_s >= item.deadline_s:
                text = "the batch waited too long to be sent"
                item.failure = SendError(text, retryable=True, reason="timeout")
        return [item for item in items if item.failure is None]

    def _bytes_max(self) -> int | None:
        joining = self._queue_config.batch
        if not joining.enabled:
            return None
        return (joining.max_size or None) if joining.sizer == "bytes" else _REQUEST_BYTES_MAX

    def _deliver_parcel(self, parcel: Parcel) -> None:
        me = threading.get_ident()
        n_items = sum(item.n_items for item in parcel.items)
        self._metrics.send_size.record(n_items)
        self._metrics.send_size_bytes.record(parcel.n_bytes)
        self._sending.add(me)
        try:
            _spread(self._send_parcel(parcel).n_rejected, parcel.items)
        except SendError as error:
            for item in parcel.items:
                item.failure = worse(item.failure, error)
        finally:
            self._sending.discard(me)

    def _send_parcel(self, parcel: Parcel) -> Sent:
        signal = parcel.items[0].signal
        body = self.prepare(signal, parcel.request())
        deadline_s = min(item.deadline_s for item in parcel.items)
        return self._retry.run(partial(self.send, signal, body), deadline_s)

    # -- the end of a batch ---------------------------------------------------------

    def _settle_safely(self, item: Item) -> None:
        try:
            self._settle(item)
        # One batch that cannot be settled must not keep its neighbours unsettled.
        except BaseException as cause:  # noqa: BLE001
            self._health.broke(cause)

    def _settle(self, item: Item) -> None:
        error, metrics = item.failure, self._items[item.signal]
        if error is None:
            if item.n_rejected:
                item.batch.reject(item.n_rejected)
                metrics.send_failed.add(item.n_rejected)
            item.batch.ack()
            metrics.sent.add(item.n_items - item.n_rejected)
            return
        metrics.send_failed.add(item.n_items)
        item.batch.nack(
            error.message,
            retryable=error.retryable,
            reason=error.reason,
            retry_after_s=error.retry_after_s,
            grpc_code=error.grpc_code,
        )


def _spread(n_rejected: int, items: list[Item]) -> None:
    """Count rejected items against the items of a request, in order.

    Which of them the destination meant cannot be known; only the sum is exact.
    """
    for item in items:
        if n_rejected <= 0:
            return
        share = min(n_rejected, item.n_items - item.n_rejected)
        item.n_rejected += share
        n_rejected -= share
