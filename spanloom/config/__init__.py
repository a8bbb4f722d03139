"""Configuration: from `--config` sources to a checked `LoadedConfig`."""
