"""Processor `cost`: what each call of a model cost."""

from spanloom.processors.cost.cost import FACTORY

__all__ = ["FACTORY"]
