"""Config of the `nop` exporter."""

from spanloom.component import Config


class NopConfig(Config):
    """It has no fields."""
