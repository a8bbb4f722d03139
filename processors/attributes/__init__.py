"""Processor `attributes`: changes the attributes of spans, log records and data points."""

from spanloom.processors.attributes.attributes import FACTORY

__all__ = ["FACTORY"]
