"""Processor `python`: a user's own function over batches or items."""

from spanloom.processors.python.python import FACTORY

__all__ = ["FACTORY"]
