"""Processor `token_count`: fills missing token counts from captured text, marked as estimated."""

from spanloom.processors.token_count.token_count import FACTORY

__all__ = ["FACTORY"]
