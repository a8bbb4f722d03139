"""Spanloom: an OpenTelemetry Collector distribution for AI inference telemetry."""

from importlib.metadata import version

__version__ = version("spanloom")
