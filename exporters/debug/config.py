"""Config of the `debug` exporter."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spanloom.component import Config


class DebugConfig(Config):
    """What is shown, and how often."""

    verbosity: Literal["basic", "normal", "detailed"] = "basic"
    """`basic`: counts, in the log. `normal` and `detailed` print content, prompts included."""

    sampling_initial: int = Field(default=2, ge=0)
    """Show this many batches of each second."""

    sampling_thereafter: int = Field(default=1, ge=0)
    """After those, show each n-th batch of that second. 1: every batch; 0: no more."""

    output_paths: list[Literal["stderr", "stdout"]] = Field(default=["stderr"], min_length=1)
    """Where `normal` and `detailed` are printed."""
