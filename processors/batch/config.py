"""The configuration of the `batch` processor."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from spanloom import component
from spanloom.config.fields import ByteSize, Duration

_METADATA_REFUSED = (
    "cannot batch by client metadata: requests are merged before the pipeline, "
    "without their headers; leave it empty"
)


class Config(component.Config):
    """When a batch is sent on: by items, by bytes, or by time, whatever comes first."""

    send_batch_size: int = Field(default=8192, ge=0)
    """Items (spans, log records, data points) held that trigger a send. 0: every batch is sent
    at once, only `send_batch_max_size` holds."""

    timeout: Duration = Duration("200ms")
    """How long the first item waits at most. Senders are answered after delivery, so up to this
    much is added to their latency. 0: every batch is sent at once."""

    send_batch_max_size: int = Field(default=0, ge=0)
    """Most items in one batch sent on; larger ones are split. 0: no limit. Otherwise at least
    `send_batch_size`."""

    send_batch_bytes: ByteSize = Field(default=16 << 20, gt=0)
    """Bytes held that trigger a send too, so that what is held is bounded in memory. Not an
    option of the Collector."""

    metadata_keys: list[str] = Field(default_factory=list)
    """Accepted only when empty: client metadata does not travel with batches."""

    metadata_cardinality_limit: int = Field(default=1000, ge=0)
    """Accepted for the Collector's sake; without `metadata_keys` it has no effect."""

    @field_validator("metadata_keys")
    @classmethod
    def _no_metadata(cls, value: list[str]) -> list[str]:
        if value:
            raise ValueError(_METADATA_REFUSED)
        return value

    @model_validator(mode="after")
    def _max_size_above_trigger(self) -> Self:
        if 0 < self.send_batch_max_size < self.send_batch_size:
            raise ValueError(
                f"send_batch_max_size must be 0 or at least send_batch_size "
                f"({self.send_batch_size}), got {self.send_batch_max_size}"
            )
        return self
