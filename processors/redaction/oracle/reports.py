"""What a redactor says it did, with the attributes that the native one's reports have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule found; attributes as in `spanloom_native.Finding`."""

    rule: str
    action: str
    dry_run: bool
    role: str
    message_index: int | None
    score: int
    start: int | None
    end: int | None
    """In characters of the text that was given; None for what several parts hold together."""


@dataclass(frozen=True, slots=True)
class TextReport:
    """What redaction makes of one text; as `spanloom_native.TextReport`."""

    outcome: str
    text: str
    reason: str
    findings: list[Finding]


@dataclass(slots=True)
class RedactionReport:
    """What redaction did to one batch; as `spanloom_native.RedactionReport`."""

    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    unscanned: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    bytes_scanned: int = 0
    seconds: float = 0.0
    audit: list[tuple[str, str, str, str, str | None]] = field(default_factory=list)
