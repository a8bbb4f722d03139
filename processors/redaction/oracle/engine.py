"""The redactor in Python: slow, and made to be read beside the native one."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from spanloom.processors.redaction.oracle import value as values
from spanloom.processors.redaction.oracle.decide import Judge
from spanloom.processors.redaction.oracle.document import Document, read
from spanloom.processors.redaction.oracle.leaf import Rules
from spanloom.processors.redaction.oracle.messages import Walk
from spanloom.processors.redaction.oracle.place import Place
from spanloom.processors.redaction.oracle.reports import Finding, RedactionReport, TextReport
from spanloom.processors.redaction.oracle.scan import Scanner
from spanloom.processors.redaction.oracle.settle import Told

_DIGEST_LEN = 8


class Redactor:
    """Does what `spanloom_native.Redactor` does, with the same document."""

    def __init__(
        self, document: bytes, *, summary: str = "info", drop_reason: str = "redaction"
    ) -> None:
        """Compiles the rules. Raises ValueError when they cannot be used."""
        checked = read(document)
        self._rules = Rules(checked, Scanner(checked), Judge(checked))
        self._summary = summary
        self._drop_reason = drop_reason
        self.digest = digest_of(document)
        self.n_rules = len(checked.rules)
        self.n_literals = self._rules.scanner.n_literals
        self.memory_bytes = 0

    def redact(self, batch: Any, *, audit: bool = False) -> RedactionReport:
        """Edits the batch in place. One without findings keeps its very bytes."""
        started = time.perf_counter()
        walk = Walk(self._rules, batch.signal, self._summary, self.digest, is_audited=audit)
        walk.batch(batch, self._drop_reason)
        walk.report.seconds = time.perf_counter() - started
        return walk.report

    def redact_text(
        self,
        text: str,
        *,
        key: str = "",
        signal: Any = "logs",
        location: Any = "log.body",
        role: Any = "none",
    ) -> TextReport:
        """What the rules make of one value at a place."""
        place = Place(signal, location, key.encode(), role)
        words = self._rules.scanner.key_words(place.key)
        outcome, told = values.redact(self._rules, text.encode(), place, words)
        findings = [finding_of(self._rules.document, one, text) for one in told]
        match outcome.kind:
            case "unchanged":
                written = text
            case "unscanned":
                written = values.UNSCANNED
            case _:
                written = outcome.text.decode("utf-8", "replace")
        return TextReport(outcome.kind, written, outcome.reason, findings)


def finding_of(document: Document, told: Told, text: str) -> Finding:
    """As it is told of `text`, with its place in characters."""
    start, end = (_n_characters(text, offset) for offset in told.span or (None, None))
    return Finding(
        rule=document.rules[told.decision.rule].id,
        action=action_name(told),
        dry_run=told.decision.dry_run,
        role=told.role,
        message_index=told.message_index,
        score=told.decision.score,
        start=start,
        end=end,
    )


def _n_characters(text: str, offset: int | None) -> int | None:
    """How many characters so many bytes are; None if the last is cut."""
    try:
        return None if offset is None else len(text.encode()[:offset].decode())
    except UnicodeDecodeError:
        return None


def action_name(told: Told) -> str:
    """The action as rules name it; `dry_run` for what is only tried."""
    return "dry_run" if told.decision.dry_run else told.action.kind


def digest_of(document: bytes) -> str:
    """8 hex digits that change with any rule or setting, not with the HMAC key."""
    content = {name: part for name, part in json.loads(document).items() if name != "hmac"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LEN]
