"""The captured text of single spans, read only when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from spanloom.columns import ValueKind
from spanloom.processors.token_count.messages import (
    Content,
    add_json,
    add_messages,
    add_parts,
    parse,
)
from spanloom.semconv import (
    INPUT_MESSAGES,
    OUTPUT_MESSAGES,
    SYSTEM_INSTRUCTIONS,
    TOOL_DEFINITIONS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanloom.batch import Column, Traces

Side = Literal["input", "output"]
SIDES: Final[tuple[Side, ...]] = ("input", "output")

_MESSAGES: Final[dict[Side, str]] = {"input": INPUT_MESSAGES, "output": OUTPUT_MESSAGES}
_STRUCTURED: Final = (ValueKind.ARRAY, ValueKind.KVLIST)


class CapturedColumn:
    """One attribute of all spans; strings and nested values are made at the first need."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._kinds = column.kinds.tolist()

    @cached_property
    def _strings(self) -> tuple[Sequence[str], Sequence[int]]:
        return self._column.values, self._column.codes.tolist()

    @cached_property
    def _objects(self) -> list[Any]:
        return self._column.objects()

    def is_present(self, row: int) -> bool:
        return self._kinds[row] == ValueKind.STRING or self._kinds[row] in _STRUCTURED

    def n_characters(self, row: int) -> int:
        """Length of a string; 0 for what is structured."""
        value = self.value(row)
        return len(value) if isinstance(value, str) else 0

    def value(self, row: int) -> Any:
        """A string, list or dict; None where there is none of them."""
        if self._kinds[row] == ValueKind.STRING:
            values, codes = self._strings
            return values[codes[row]]
        return self._objects[row] if self._kinds[row] in _STRUCTURED else None


class Captured:
    """What the spans of a batch read, or wrote: the two sides."""

    def __init__(self, batch: Traces, side: Side) -> None:
        self._has_names = side == "input"
        self._messages = CapturedColumn(batch.attribute(_MESSAGES[side]))
        others = (SYSTEM_INSTRUCTIONS, TOOL_DEFINITIONS) if side == "input" else ()
        self._others = [CapturedColumn(batch.attribute(key)) for key in others]

    def is_present(self, row: int) -> bool:
        """Whether the messages are there; the rest alone tells nothing."""
        return self._messages.is_present(row)

    def n_characters(self, row: int) -> int:
        """What `read` must look at."""
        return sum(column.n_characters(row) for column in (self._messages, *self._others))

    def read(self, row: int) -> Content:
        """Messages, and for the input system instructions and definitions of tools.

        Raises:
            UncountableError: they do not tell how much there was.
        """
        content = Content(has_names=self._has_names)
        add_messages(content, parse(self._messages.value(row)))
        for column, add in zip(self._others, (add_parts, add_json), strict=False):
            value = parse(column.value(row))
            if value is not None:
                add(content, value)
        return content
