"""Configuration: from `--config` sources to a checked `LoadedConfig`.

load    sources, merge, expansion, then check
check   the whole tree against the Collector's rules, every mistake at once
fields  the types that component configs are written with
"""

from spanloom.config.errors import ConfigError, ConfigErrors
from spanloom.config.load import load
from spanloom.config.model import ComponentSpec, LoadedConfig, PipelineSpec, ServiceSpec

__all__ = [
    "ComponentSpec",
    "ConfigError",
    "ConfigErrors",
    "LoadedConfig",
    "PipelineSpec",
    "ServiceSpec",
    "load",
]
