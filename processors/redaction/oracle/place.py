"""Where in the telemetry a value stands."""

from __future__ import annotations

from dataclasses import dataclass

from spanloom.batch import Signal
from spanloom.processors.redaction.rule import Location, Role

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "tool": "tool",
    "function": "tool",
}


def role_named(name: bytes) -> Role:
    """Who says it, by the word that a chat message gives; `none` if it is not known."""
    return _ROLES.get(name.decode("latin-1").lower(), "none")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one value stands; `key` is the field's name where it is no attribute."""

    signal: Signal
    location: Location
    key: bytes
    role: Role = "none"
