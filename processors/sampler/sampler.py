"""Keeps a part of the items, consistently, with honest weights."""

from __future__ import annotations

from spanloom.component import Factory, Processor, Settings, Signal
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.processors.sampler.trace_scope import TraceSampler

_SIGNALS: frozenset[Signal] = frozenset({"traces", "logs"})


def _create(config: Config, settings: Settings) -> Processor:
    scope = TraceSampler if config.scope == "trace" else SpanSampler
    return scope(config, settings)


FACTORY = Factory(
    config=Config,
    create=_create,
    signals=_SIGNALS,
    stability="beta",
    aliases=("probabilistic_sampler",),
)
