"""JSON with the place of everything in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

_SPACE = re.compile(rb"[ \t\r\n]*")
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(rb'(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+"')
_MUST_ESCAPE = re.compile(r'["\\\x00-\x1f]')
_WORDS = (b"true", b"false", b"null")


class NotJsonError(ValueError):
    """The text is no JSON, or nested too deeply."""


@dataclass(slots=True)
class Text:
    """A string: its place between the quotes."""

    start: int
    end: int


@dataclass(slots=True)
class Number:
    start: int
    end: int


@dataclass(slots=True)
class Word:
    """true, false or null."""


@dataclass(slots=True)
class Object:
    members: list[tuple[Text, Node]] = field(default_factory=list)


@dataclass(slots=True)
class Array:
    items: list[Node] = field(default_factory=list)


Node: TypeAlias = Text | Number | Word | Object | Array


def parse(text: bytes, depth_max: int) -> Object | Array:
    """The JSON that `text` is as a whole.

    Raises:
        NotJsonError: it is none, is no object or array, or is deeper than `depth_max`.
    """
    if not is_utf8(text):
        raise NotJsonError
    reader = _Reader(text, depth_max)
    node = reader.node(depth=0)
    reader.skip_space()
    if reader.at != len(text) or not isinstance(node, Object | Array):
        raise NotJsonError
    return node


def is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Reader:
    def __init__(self, text: bytes, depth_max: int) -> None:
        self.text = text
        self.depth_max = depth_max
        self.at = 0

    def skip_space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def next_is(self, byte: bytes) -> bool:
        """Steps over white space, and over `byte` if that is next."""
        self.skip_space()
        if self.text[self.at : self.at + 1] != byte:
            return False
        self.at += 1
        return True

    def expect(self, byte: bytes) -> None:
        if not self.next_is(byte):
            raise NotJsonError

    def node(self, depth: int) -> Node:
        if self.next_is(b"{"):
            return self.object(self.deeper(depth))
        if self.next_is(b"["):
            return self.array(self.deeper(depth))
        if self.next_is(b'"'):
            return self.string()
        for word in _WORDS:
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return Word()
        return self.number()

    def deeper(self, depth: int) -> int:
        if depth >= self.depth_max:
            raise NotJsonError
        return depth + 1

    def object(self, depth: int) -> Object:
        node = Object()
        if self.next_is(b"}"):
            return node
        while True:
            self.expect(b'"')
            key = self.string()
            self.expect(b":")
            node.members.append((key, self.node(depth)))
            if self.next_is(b"}"):
                return node
            self.expect(b",")

    def array(self, depth: int) -> Array:
        node = Array()
        if self.next_is(b"]"):
            return node
        while True:
            node.items.append(self.node(depth))
            if self.next_is(b"]"):
                return node
            self.expect(b",")

    def number(self) -> Number:
        match = _NUMBER.match(self.text, self.at)
        if not match:
            raise NotJsonError
        self.at = match.end()
        return Number(match.start(), match.end())

    def string(self) -> Text:
        """The string whose opening quote was just read."""
        match = _STRING.match(self.text, self.at)
        if not match:
            raise NotJsonError
        self.at = match.end()
        return Text(match.start(), match.end() - 1)


def quoted(text: str) -> str:
    """`text` as it stands between the quotes of a JSON string."""
    return _MUST_ESCAPE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return "\\" + match[0] if match[0] in '"\\' else f"\\u{ord(match[0]):04x}"
