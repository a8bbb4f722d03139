"""Exporter `nop`: throws everything away, as delivered."""

from spanloom.exporters.nop.nop import FACTORY

__all__ = ["FACTORY"]
