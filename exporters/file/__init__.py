"""Exporter `file`: OTLP as JSON lines or protobuf records in a file."""

from spanloom.exporters.file.file import FACTORY

__all__ = ["FACTORY"]
