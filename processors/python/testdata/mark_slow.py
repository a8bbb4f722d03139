"""Marks spans that took longer than a threshold."""

from spanloom.batch import Traces


def process(batch: Traces, threshold_ms: int = 1000) -> Traces:
    limit = batch.start_time_unix_nano + threshold_ms * 1_000_000
    batch.set_attribute("slow", value=True, where=batch.end_time_unix_nano > limit)
    return batch
