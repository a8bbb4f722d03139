"""The strings and numbers of JSON, each with what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from spanloom.processors.redaction.oracle import views
from spanloom.processors.redaction.oracle.json_parse import Array, Node, Number, Object, Text
from spanloom.processors.redaction.oracle.place import role_named
from spanloom.processors.redaction.oracle.scan import Words
from spanloom.processors.redaction.rule import Role

_ROLE_KEY = re.compile(rb"(?:.*[^0-9A-Za-z])?role", re.DOTALL)
SEAM_KEYS = (b"text", b"content")


@dataclass(frozen=True, slots=True)
class Spot:
    """What is known of a leaf besides its text."""

    words: Words
    """Context words in the attribute's key and in every key above, its own included."""
    role: Role
    """By the innermost object around it that names one; else that of the place."""
    message_index: int | None = None
    """Position in the outermost array, be it around or inside of a string."""


@dataclass(frozen=True, slots=True)
class Leaf:
    node: Text | Number
    spot: Spot
    is_key: bool = False


class Spots:
    """Walks through one JSON document."""

    def __init__(self, text: bytes, key_words: Callable[[bytes], Words]) -> None:
        self._text = text
        self._key_words = key_words

    def leaves(self, node: Node, spot: Spot) -> Iterator[Leaf]:
        """All of them, as they stand in the text."""
        if isinstance(node, Text | Number):
            yield Leaf(node, spot)
        elif isinstance(node, Array):
            for index, item in enumerate(node.items):
                yield from self.leaves(item, self._in_array(spot, index))
        elif isinstance(node, Object):
            spot = self._in_object(node, spot)
            for key, value in node.members:
                yield Leaf(key, spot, is_key=True)
                yield from self.leaves(value, self._under(key, spot))

    def seams(self, node: Node, spot: Spot) -> Iterator[tuple[Text, Text, Spot]]:
        """Neighbouring parts of one message under one key, with the spot of the first.

        Parts of different roles have no seam.
        """
        if isinstance(node, Array):
            spots = [self._in_array(spot, index) for index in range(len(node.items))]
            for key in SEAM_KEYS:
                yield from self._seams_under(key, list(zip(node.items, spots, strict=True)))
            for item, inner in zip(node.items, spots, strict=True):
                yield from self.seams(item, inner)
        elif isinstance(node, Object):
            spot = self._in_object(node, spot)
            for key_node, value in node.members:
                yield from self.seams(value, self._under(key_node, spot))

    def _seams_under(
        self, key: bytes, items: list[tuple[Node, Spot]]
    ) -> Iterator[tuple[Text, Text, Spot]]:
        parts = [self._part(key, item, spot) for item, spot in items]
        for first, second in pairwise(parts):
            if first and second and first[1].role == second[1].role:
                yield first[0], second[0], first[1]

    def _part(self, key: bytes, node: Node, spot: Spot) -> tuple[Text, Spot] | None:
        """The first string of an object under this key."""
        if isinstance(node, Object):
            for name, value in node.members:
                if isinstance(value, Text) and self._raw(name) == key:
                    return value, self._under(name, self._in_object(node, spot))
        return None

    def _raw(self, node: Text) -> bytes:
        return self._text[node.start : node.end]

    def _in_array(self, spot: Spot, index: int) -> Spot:
        return replace(spot, message_index=index) if spot.message_index is None else spot

    def _in_object(self, node: Object, spot: Spot) -> Spot:
        """With the role that the first member names whose key is or ends in `role`."""
        for key, value in node.members:
            if isinstance(value, Text) and _ROLE_KEY.fullmatch(self._raw(key)):
                return replace(spot, role=role_named(self._raw(value)))
        return spot

    def _under(self, key: Text, spot: Spot) -> Spot:
        said, _ = views.read(self._raw(key), views.escapes)
        return replace(spot, words=spot.words | self._key_words(said.text))
