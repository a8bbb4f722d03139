"""A configuration as a tree of values that know where they were written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spanloom.config.errors import Loc
from spanloom.config.place import Place

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place.

    Attributes:
        value: a scalar, a map of nodes or a list of nodes.
        place: where the value begins.
        key_places: of a map, where each key stands.
        text: of a whole-value reference, the text it gave, for fields that want a string.
        hidden: came from outside the file (environment, secret file); never shown.
    """

    value: Scalar | dict[str, Node] | list[Node]
    place: Place
    key_places: dict[str, Place] = field(default_factory=dict)
    text: str | None = None
    hidden: bool = False

    def plain(self) -> Any:
        """The value without places: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def child(self, step: str | int) -> Node | None:
        """The value under a key or index; None where there is none."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int):
            return self.value[step] if 0 <= step < len(self.value) else None
        return None

    def key_place(self, key: str) -> Place:
        """Where a key stands, or this value when it has no such key."""
        return self.key_places.get(key, self.place)

    def kind(self) -> str:
        """What it is, in the words of YAML."""
        if isinstance(self.value, dict):
            return "a map"
        if isinstance(self.value, list):
            return "a list"
        return "nothing" if self.value is None else "a value"

    def seen(self) -> str | None:
        """The value for an error message; None for what must not be shown."""
        if self.hidden:
            return None
        if isinstance(self.value, dict | list):
            return self.kind()
        if isinstance(self.value, bool) or self.value is None:
            return {True: "true", False: "false", None: "null"}[self.value]
        return _shortened(repr(self.value))


def find(node: Node, loc: Loc) -> tuple[Node, Loc]:
    """The deepest node on the way `loc`, and the steps that led to it.

    Steps that name no child are skipped: pydantic puts the names of union members
    and validators between the keys.
    """
    steps: list[str | int] = []
    for step in loc:
        child = node.child(step)
        if child is not None:
            node = child
            steps.append(step)
    return node, tuple(steps)


def _shortened(text: str, length_max: int = 80) -> str:
    return text if len(text) <= length_max else text[: length_max - 3] + "..."
