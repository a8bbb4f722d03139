"""Extension `pprof`: accepts the Collector's keys and does nothing."""

from spanloom.extensions.pprof.pprof import FACTORY

__all__ = ["FACTORY"]
