"""Delivery: one implementation of queue, joining, retry and settling for all exporters."""

from spanloom.delivery.config import BatchConfig, DeliveryConfig, QueueConfig, RetryConfig
from spanloom.delivery.errors import SendError, Sent
from spanloom.delivery.exporter import QueuedExporter

__all__ = [
    "BatchConfig",
    "DeliveryConfig",
    "QueueConfig",
    "QueuedExporter",
    "RetryConfig",
    "SendError",
    "Sent",
]
