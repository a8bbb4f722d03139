"""A consumer that remembers what came and settles it as it was told."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from spanloom.component import AnyBatch

Settle = Literal["ack", "nack", "fail", "drop", "hold"]


class Recording:
    """Stands for the rest of a pipeline.

    Args:
        settle: what happens to each batch: `ack`, `nack` (retryable), `fail` (permanent),
            `drop` (on purpose), or `hold`: keep it in `held`, unsettled, for the test.

    Attributes:
        messages: the Export*ServiceRequest of each batch, edits applied.
        encoded: each batch as it would be sent.
        held: the batches themselves, with `settle="hold"`.
    """

    def __init__(self, settle: Settle = "ack") -> None:
        self.settle = settle
        self.messages: list[Any] = []
        self.encoded: list[bytes] = []
        self.held: list[AnyBatch] = []
        self.n_items = 0
        self._arrived = threading.Condition()

    def consume(self, batch: AnyBatch) -> None:
        message, encoded, n_items = batch.to_message(), b"".join(batch.encode()), len(batch)
        self._settle(batch)
        with self._arrived:
            self.messages.append(message)
            self.encoded.append(encoded)
            self.n_items += n_items
            self._arrived.notify_all()

    def wait_for(self, n_batches: int, timeout_s: float = 10.0) -> None:
        """Block until that many batches have come.

        Raises:
            TimeoutError: they have not within `timeout_s`.
        """
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.messages) >= n_batches, timeout_s):
                raise TimeoutError(f"{len(self.messages)} of {n_batches} batches came")

    def _settle(self, batch: AnyBatch) -> None:
        match self.settle:
            case "ack":
                batch.ack()
            case "nack":
                batch.nack("the recording refuses", retryable=True)
            case "fail":
                batch.nack("the recording refuses for good", retryable=False, reason="rejected")
            case "drop":
                batch.drop("recorded")
            case "hold":
                self.held.append(batch)
