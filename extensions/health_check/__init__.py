"""Extension `health_check`: says over HTTP whether the pipelines run."""

from spanloom.extensions.health_check.health_check import FACTORY

__all__ = ["FACTORY"]
