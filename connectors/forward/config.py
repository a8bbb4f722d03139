"""The configuration of the `forward` connector."""

from spanloom import component


class Config(component.Config):
    """Nothing to configure."""
