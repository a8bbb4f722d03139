"""Processor `genai_normalizer`: one vocabulary for what GenAI libraries emit."""

from spanloom.processors.genai_normalizer.genai_normalizer import FACTORY

__all__ = ["FACTORY"]
