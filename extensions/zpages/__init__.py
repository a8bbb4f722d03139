"""Extension `zpages`: accepts the Collector's keys and does nothing."""

from spanloom.extensions.zpages.zpages import FACTORY

__all__ = ["FACTORY"]
