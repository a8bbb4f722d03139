"""The configuration of the `python` processor."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from spanloom import component


class Config(component.Config):
    """A file, a function in it, and how to call it."""

    path: str = Field(min_length=1)
    """The Python file; a relative path starts at the folder of the configuration file."""

    function: str = Field(default="process", pattern=r"^[A-Za-z_]\w*$")
    """The function's name in that file."""

    mode: Literal["batch", "item"] = "batch"
    """batch: called once per batch, works on columns, fast. item: called once per span or log
    record, as a protobuf object; convenient, and about a hundred times slower."""

    options: dict[str, Any] = Field(default_factory=dict)
    """Passed to the function as keyword arguments."""

    on_error: Literal["fail", "drop", "pass"] = "fail"
    """What happens to a batch when the function raises: fail (the sender is asked to try again),
    drop (dropped and counted) or pass (handed on as it is then)."""
