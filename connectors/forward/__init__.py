"""Connector `forward`: joins pipelines of the same signal."""

from spanloom.connectors.forward.forward import FACTORY

__all__ = ["FACTORY"]
