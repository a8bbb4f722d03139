"""Processor `resource`: changes the attributes of resources."""

from spanloom.processors.resource.resource import FACTORY

__all__ = ["FACTORY"]
