"""Processor `sampler`: keeps a part of the spans or log records, with the weight of each."""

from spanloom.processors.sampler.sampler import FACTORY

__all__ = ["FACTORY"]
