"""Processor `filter`: drops items that a condition describes."""

from spanloom.processors.filter.filter import FACTORY

__all__ = ["FACTORY"]
