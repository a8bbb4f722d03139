"""Processor `redaction`: cleans telemetry of private values, and tells signs of injection."""

from spanloom.processors.redaction.redaction import FACTORY

__all__ = ["FACTORY"]
