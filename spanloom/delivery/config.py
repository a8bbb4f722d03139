"""The config blocks that every exporter with a queue shares. Names are the Collector's."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from spanloom.component import Config
from spanloom.config.fields import Block, ByteSize, Duration

Sizer = Literal["requests", "items", "bytes"]


class BatchConfig(Block):
    """How waiting batches are joined into requests."""

    flush_timeout: Duration = Duration("200ms")
    """How long a batch waits at most for `min_size` to come together."""

    min_size: int = Field(default=0, ge=0)
    """Send no less than this, in units of `sizer`, before `flush_timeout`. 0: never wait."""

    max_size: int = Field(default=3_500_000, ge=0)
    """The largest request, in units of `sizer`; larger batches are split. 0: no limit.

    The default keeps below the 4 MiB that gRPC servers take.
    """

    sizer: Literal["items", "bytes"] = "bytes"
    """What `min_size` and `max_size` count: `items` or encoded `bytes`."""

    @model_validator(mode="after")
    def _ordered(self) -> BatchConfig:
        if self.max_size and self.min_size > self.max_size:
            raise ValueError("max_size must not be below min_size")
        if self.min_size and not self.flush_timeout:
            raise ValueError("flush_timeout must be above 0 when min_size is")
        return self


class QueueConfig(Block):
    """What waits to be sent. Off: each batch is sent by the thread that brings it."""

    num_consumers: int = Field(default=4, ge=1, le=256)
    """Requests in flight at once, at most; as many again for batches acknowledged before.

    The Collector has 10. Four keep what requests in flight hold near 40 MB (four
    requests of `batch.max_size`, in up to three copies while they are encoded,
    compressed and written), and still move 280 MB/s over a 50 ms round trip.
    """

    queue_size: int = Field(default=1000, ge=1)
    """How much may wait, in units of `sizer`. Beyond it new batches are refused, retryably.

    Batches that a processor had acknowledged before wait apart, within the same bounds again;
    beyond them they are dropped.
    """

    sizer: Sizer = "requests"
    """What `queue_size` counts: `requests` (batches), `items`, or encoded `bytes`."""

    queue_bytes_max: ByteSize = Field(default=64 << 20, gt=0)
    """How many bytes may wait, whatever `sizer` says."""

    queue_items_max: int = Field(default=1_000_000, ge=1)
    """How many items may wait, whatever `sizer` says."""

    block_on_overflow: bool = False
    """Wait for room instead of refusing."""

    wait_for_result: bool = True
    """Acknowledge to the sender when the batch is delivered; otherwise when it is queued."""

    wait_timeout: Duration = Duration("9s")
    """With `wait_for_result`: after this the batch leaves and the sender is told to try again.

    Just below the 10 s that SDKs wait for an answer. Not for batches that a processor had
    acknowledged before: nobody sends those again, so they are tried for `max_elapsed_time`.
    """

    batch: BatchConfig = BatchConfig()
    """Joining of what waits into requests."""

    @model_validator(mode="after")
    def _reachable(self) -> QueueConfig:
        comparable = self.batch.enabled and self.sizer == self.batch.sizer
        if comparable and self.batch.min_size > self.queue_size:
            raise ValueError("batch.min_size must not be above queue_size")
        if self.wait_for_result and not self.wait_timeout:
            raise ValueError("wait_timeout must be above 0")
        return self


class RetryConfig(Block):
    """Sending again after failures that may pass."""

    initial_interval: Duration = Duration("5s")
    """Delay before the second attempt."""

    randomization_factor: float = Field(default=0.5, ge=0, le=1)
    """Each delay is drawn from delay * (1 - factor) .. delay * (1 + factor)."""

    multiplier: float = Field(default=1.5, ge=1)
    """Each delay is the one before times this."""

    max_interval: Duration = Duration("30s")
    """Largest delay, before randomization."""

    max_elapsed_time: Duration = Duration("300s")
    """Give up after this time. 0: never; `wait_timeout` still holds where it applies."""


class DeliveryConfig(Config):
    """Mixin: what an exporter's config has besides its destination."""

    timeout: Duration = Duration("5s")
    """For one attempt. 0: no limit of its own."""

    sending_queue: QueueConfig = QueueConfig()
    """The queue between the pipeline and the destination."""

    retry_on_failure: RetryConfig = RetryConfig()
    """Sending again."""
