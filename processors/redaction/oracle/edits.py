"""New text in place of old."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from spanloom.processors.redaction.oracle.json_parse import quoted
from spanloom.processors.redaction.oracle.mapped import Mapped

_CONTINUES = range(0x80, 0xC0)
_CHARACTER_BYTES_MAX = 4


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` takes the place of these bytes."""

    start: int
    end: int
    text: str


def lifted(edit: Edit, content: Mapped) -> Edit:
    """The edit of JSON that does to one of its strings what `edit` does to its content."""
    if edit.start < edit.end:
        start, end = content.source(edit.start, edit.end)
    else:
        start = end = content.spans[edit.start][0]
    return Edit(start, end, quoted(edit.text))


def joined(edits: Iterable[Edit]) -> list[Edit]:
    """In order; those that overlap become one, with the first text that is not empty."""
    done: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.start):
        if done and edit.start < done[-1].end:
            last = done.pop()
            text = last.text or edit.text
            edit = replace(last, end=max(last.end, edit.end), text=text)  # noqa: PLW2901
        done.append(edit)
    return done


def applied(text: bytes, edits: Sequence[Edit]) -> bytes:
    """The text with all edits made; they are in order and do not overlap."""
    pieces, copied = [], 0
    for edit in edits:
        pieces += [text[copied : edit.start], edit.text.encode()]
        copied = edit.end
    return b"".join([*pieces, text[copied:]])


def widened(text: bytes, start: int, end: int) -> tuple[int, int]:
    """So that it begins and ends between characters; bytes that are no UTF-8 stand alone."""

    def is_inside(at: int) -> bool:
        return at < len(text) and text[at] in _CONTINUES

    back = on = 0
    while back < _CHARACTER_BYTES_MAX and start > back and is_inside(start - back):
        back += 1
    while on < _CHARACTER_BYTES_MAX and is_inside(end + on):
        on += 1
    return start - back % _CHARACTER_BYTES_MAX, end + on % _CHARACTER_BYTES_MAX
