"""Processor `memory_limiter`: refuses data while the process uses too much memory."""

from spanloom.processors.memory_limiter.memory_limiter import FACTORY

__all__ = ["FACTORY"]
