"""A text made from another one, with the way back."""

from __future__ import annotations

from dataclasses import dataclass, field

Span = tuple[int, int]


@dataclass(slots=True)
class Mapped:
    """What is read, and for each of its bytes the stretch of the source that it stands for."""

    text: bytes = b""
    spans: list[Span] = field(default_factory=list)

    @classmethod
    def same(cls, text: bytes) -> Mapped:
        return cls(text, [(at, at + 1) for at in range(len(text))])

    def source(self, start: int, end: int) -> Span:
        """The stretch of the source in whole characters and escapes; `start < end`."""
        return self.spans[start][0], self.spans[end - 1][1]


class Writer:
    """Builds a `Mapped` piece by piece."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._spans: list[Span] = []

    def __len__(self) -> int:
        return len(self._text)

    def write(self, piece: bytes, source: Span) -> None:
        """`piece` stands for `source` as a whole."""
        self._text += piece
        self._spans += [source] * len(piece)

    def copy(self, text: bytes, start: int, end: int) -> None:
        """Byte by byte the same as the source."""
        self._text += text[start:end]
        self._spans += [(at, at + 1) for at in range(start, end)]

    def done(self) -> Mapped:
        return Mapped(bytes(self._text), self._spans)


def composed(outer: Mapped, inner: Mapped) -> Mapped:
    """`outer`, made from `inner.text`, as if it were made from the source of `inner`."""
    return Mapped(outer.text, [inner.source(start, end) for start, end in outer.spans])
