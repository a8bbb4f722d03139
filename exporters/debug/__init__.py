"""Exporter `debug`: shows what comes through a pipeline."""

from spanloom.exporters.debug.debug import FACTORY

__all__ = ["FACTORY"]
