"""Tokens of what a model read or wrote: its texts, its images, and the chat around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spanloom.processors.token_count.images import image_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanloom.processors.token_count.counters import CountTexts
    from spanloom.processors.token_count.families import Family
    from spanloom.processors.token_count.messages import Content

# OpenAI's rule for chats: 3 and its role (a token in every vocabulary) for each message, 1 beside
# each name of a participant, 3 for the beginning of the answer.
_PER_MESSAGE: Final = 4
_PER_NAME: Final = 1
_PER_REPLY: Final = 3
_CHAT_OPERATIONS: Final = frozenset({"chat", "generate_content"})


@dataclass(frozen=True, slots=True)
class Measured:
    """A count, and whether a part of the text stands for the whole."""

    tokens: int
    is_sampled: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """How the texts of one span are counted.

    Attributes:
        count: counts texts.
        family: decides what an image costs.
        operation: only chats have an overhead per message.
        bytes_max: text that is counted in full.
    """

    count: CountTexts
    family: Family
    operation: str
    bytes_max: int

    def input(self, content: Content) -> Measured:
        """Tokens that a model read."""
        measured = self.output(content)
        if self.operation not in _CHAT_OPERATIONS:
            return measured
        overhead = _PER_MESSAGE * content.n_messages + _PER_NAME * content.n_names + _PER_REPLY
        return Measured(measured.tokens + overhead, measured.is_sampled)

    def output(self, content: Content) -> Measured:
        """Tokens that a model wrote; at least 1."""
        texts, scale = _sample(content.texts, self.bytes_max)
        pictures = sum(image_tokens(size, d, self.family) for size, d in content.images)
        tokens = round(self.count(texts) * scale) + pictures
        return Measured(max(1, tokens), scale > 1)


def _sample(texts: Sequence[str], bytes_max: int) -> tuple[Sequence[str], float]:
    """The texts up to so many bytes, and by how much they are fewer than all."""
    sizes = [_n_bytes(text) for text in texts]
    total = sum(sizes)
    if total <= bytes_max:
        return texts, 1.0
    taken: list[str] = []
    left = bytes_max
    for text, size in zip(texts, sizes, strict=True):
        # In characters: those of one text are about equally wide.
        taken.append(text if size <= left else text[: len(text) * left // size])
        left -= min(size, left)
    return taken, total / max(1, bytes_max - left)


def _n_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
