"""What was found in one item, resource or scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spanloom.processors.redaction.oracle.document import Document
from spanloom.processors.redaction.oracle.settle import Told

_KEYS_MAX = 256


@dataclass(slots=True)
class Tally:
    document: Document
    n_masked: int = 0
    """Values replaced, by a rule or by their key."""
    n_redacted: int = 0
    """Attributes taken out."""
    n_ignored: int = 0
    masked_keys: set[str] = field(default_factory=set)
    redacted_keys: set[str] = field(default_factory=set)
    found: set[int] = field(default_factory=set)
    """Rules that found something."""
    signals: set[int] = field(default_factory=set)
    """Those of them that are signals of prompt injection where it counts."""
    loudest: tuple[float, str] | None = None
    """Weight and place of the strongest signal."""
    own: list[tuple[str, Any]] = field(default_factory=list)
    """Redaction's own attributes that are there already: keys, and values unless foreign."""
    trace_id: str = ""

    def masked(self, path: str) -> None:
        self.n_masked += 1
        _note(self.masked_keys, path)

    def redacted(self, path: str) -> None:
        self.n_redacted += 1
        _note(self.redacted_keys, path)

    def add(self, told: Told, path: str, message_index: int | None) -> None:
        self.found.add(told.decision.rule)
        signal = self.document.rules[told.decision.rule].signal
        if signal is None or told.role not in self.document.injection.roles:
            return
        self.signals.add(told.decision.rule)
        if self.loudest is None or signal.weight > self.loudest[0]:
            index = message_index if told.message_index is None else told.message_index
            self.loudest = signal.weight, _location(path, index, told.role)

    @property
    def is_silent(self) -> bool:
        return not (self.n_masked or self.n_redacted or self.found)


def _note(keys: set[str], path: str) -> None:
    if len(keys) < _KEYS_MAX:
        # As they are read back: the list is joined by commas.
        keys.update(path.split(","))


def _location(path: str, index: int | None, role: str) -> str:
    """`gen_ai.input.messages[2].user`."""
    place = path if index is None else f"{path}[{index}]"
    return place if role == "none" else f"{place}.{role}"
