"""Processor `batch`: collects small batches into larger ones."""

from spanloom.processors.batch.batch import FACTORY

__all__ = ["FACTORY"]
