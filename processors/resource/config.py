"""The configuration of the `resource` processor."""

from __future__ import annotations

from pydantic import Field

from spanloom import component

# An action is the same thing for both processors, as in the Collector.
from spanloom.processors.attributes.config import Action


class Config(component.Config):
    """Actions, in order, on every resource."""

    attributes: list[Action] = Field(min_length=1)
    """The actions, as `actions` of the attributes processor; each sees what the ones before it
    did."""
