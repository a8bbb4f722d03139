"""The output of `spanloom redact`: for people, and for machines."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    import spanloom_native as native

    from spanloom.processors.redaction.config import Config
    from spanloom.processors.redaction.engine import TextReport
    from spanloom.processors.redaction.load import Loaded
    from spanloom.processors.redaction.oracle import reports

    Finding = native.Finding | reports.Finding

_HEADER = ("rule", "action", "findings")


@dataclass(frozen=True, slots=True)
class Piece:
    """One value to redact: a file, or a line of one.

    Attributes:
        text: without its line break.
        ending: the line break.
        file: its name; `-` is stdin.
        line: from 1; None for a whole file.
    """

    text: str
    ending: str
    file: str
    line: int | None


class Output(Protocol):
    """Shows one value after the other."""

    has_found: bool

    def show(self, piece: Piece, report: TextReport) -> None: ...

    def finish(self) -> None: ...


class TextOutput:
    """The redacted text on stdout, marks in colour; then a table of findings on stderr."""

    def __init__(self, loaded: Loaded) -> None:
        self.has_found = False
        self._counts: Counter[tuple[str, str]] = Counter()
        self._marks = _marks(loaded)

    def show(self, piece: Piece, report: TextReport) -> None:
        self.has_found |= _has_found(report)
        self._counts.update((f.rule, _action(f)) for f in report.findings)
        if report.outcome == "unscanned":
            self._counts["(not scanned)", report.reason] += 1
        marked = self._marks.sub(lambda m: click.style(m[0], fg="magenta", bold=True), report.text)
        click.echo(marked + piece.ending, nl=False, color=_color())

    def finish(self) -> None:
        """The table, the most frequent first."""
        rows = [(rule, action, str(n)) for (rule, action), n in self._counts.most_common()]
        text = "\n".join(_aligned([_HEADER, *rows])) if rows else "nothing found"
        click.echo(text, err=True)


class JsonOutput:
    """One JSON object a line."""

    def __init__(self, loaded: Loaded, config: Config) -> None:
        self.has_found = False
        self._weights = {
            each.rule.id: each.rule.weight for each in loaded.rules if each.rule.weight is not None
        }
        self._roles = frozenset(config.injection.roles)

    def show(self, piece: Piece, report: TextReport) -> None:
        self.has_found |= _has_found(report)
        result: dict[str, Any] = {"file": piece.file}
        if piece.line is not None:
            result["line"] = piece.line
        result |= {
            "outcome": report.outcome,
            "output": report.text,
            "findings": [_finding(found) for found in report.findings],
            "injection_score": self._score(report.findings),
        }
        if report.reason:
            result["reason"] = report.reason
        click.echo(json.dumps(result, ensure_ascii=False))

    def finish(self) -> None:
        """Each line was whole."""

    def _score(self, findings: Iterable[Finding]) -> float:
        """As independent evidence: 1 - prod(1 - weight) over the distinct signals."""
        signals = {f.rule for f in findings if f.rule in self._weights and f.role in self._roles}
        left = 1.0
        for rule in signals:
            left *= 1.0 - self._weights[rule]
        return round(1.0 - left, 4)


def listing(loaded: Loaded, output: str) -> str:
    """The rules with tier, action and description, those that are off too."""
    active = {each.rule.id: each.rule for each in loaded.rules}
    rows = []
    for each in loaded.known:
        rule = active.get(each.rule.id, each.rule)
        action = rule.action.written() if rule.action else "flag" if rule.family else "token"
        state = "on" if rule.id in active else "off"
        rows.append((rule.id, str(rule.tier), state, action, rule.description))
    names = ("id", "tier", "state", "action", "description")
    if output == "json":
        return json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=2)
    texts = [tuple(c if isinstance(c, str) else json.dumps(c) for c in row) for row in rows]
    return "\n".join(_aligned([names, *texts]))


def _finding(found: Finding) -> dict[str, Any]:
    """Offsets in characters of the input; null where they cannot be said."""
    return {
        "rule": found.rule,
        "action": found.action,
        "score": found.score if found.score >= 0 else None,
        "start": found.start,
        "end": found.end,
        "dry_run": found.dry_run,
    }


def _has_found(report: TextReport) -> bool:
    return bool(report.findings) or report.outcome != "unchanged"


def _action(found: Finding) -> str:
    return f"{found.action} (dry run)" if found.dry_run else found.action


def _marks(loaded: Loaded) -> re.Pattern[str]:
    """What replacements look like."""
    labels = "|".join({re.escape(rule["label"]) for rule in loaded.document["rules"]})
    texts = {rule["replacement"] for rule in loaded.document["rules"] if rule["replacement"]}
    whole = "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))
    return re.compile(rf"\[(?:{labels}|REDACTED)(?::[^\]\s]*)?\]{'|' + whole if whole else ''}")


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = ([cell.ljust(w) for cell, w in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(row).rstrip() for row in cells]


def _color() -> bool | None:
    # None lets click keep colours for terminals only; https://no-color.org wins over that.
    return False if os.environ.get("NO_COLOR") else None
