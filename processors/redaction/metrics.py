"""What redaction did, as metrics. Labels are rule ids and fixed words, never content."""

from __future__ import annotations

import collections
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from spanloom.telemetry import Counter, Sample, Telemetry

if TYPE_CHECKING:
    from spanloom.processors.redaction.engine import Report

_UNSCANNED = ("too_large", "timeout", "unstable", "internal")
_STAGES = ("redact", "audit")
# One value takes microseconds, a batch of large prompts a second.
_BUCKETS_S = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_HELP = {
    "redaction_findings_total": "Findings, by rule and what was done.",
    "redaction_bytes_scanned_total": "Bytes of the values scanned.",
    "redaction_values_total": "Values scanned, by kind.",
    "redaction_values_unscanned_total": "Values that could not be scanned; 0 when all is well.",
    "redaction_dropped_total": "Attributes, items and parts dropped, by what it was.",
    "redaction_errors_total": "Failures, by stage.",
}


class RedactionMetrics:
    """The counters of all redaction processors together."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._lock = threading.Lock()
        self._counters: dict[tuple[str, ...], Counter] = {}
        self._seconds = telemetry.histogram(
            "redaction_scan_seconds", "Time per batch.", {}, _BUCKETS_S
        )
        # What should be 0 is there from the start, so that an alert can see it.
        for reason in _UNSCANNED:
            self._counter("redaction_values_unscanned_total", reason=reason)
        for stage in _STAGES:
            self._counter("redaction_errors_total", stage=stage)

    def note(self, report: Report, signal: str) -> None:
        """Count what one batch's report says."""
        for (rule, action), n in report.findings.items():
            labels = {"rule": rule, "action": action, "signal": signal}
            self._counter("redaction_findings_total", **labels).add(n)
        self._counter("redaction_bytes_scanned_total").add(report.bytes_scanned)
        for kind, n in report.values.items():
            self._counter("redaction_values_total", kind=kind).add(n)
        for reason, n in report.unscanned.items():
            self._counter("redaction_values_unscanned_total", reason=reason).add(n)
        for reason, n in report.dropped.items():
            self._counter("redaction_dropped_total", reason=reason).add(n)
        self._seconds.record(report.seconds)

    def failed(self, stage: str) -> None:
        """Count a failure in a stage: redact or audit."""
        self._counter("redaction_errors_total", stage=stage).add(1)

    def _counter(self, name: str, **labels: str) -> Counter:
        key = (name, *labels.values())
        counter = self._counters.get(key)
        if counter is None:
            with self._lock:
                counter = self._telemetry.counter(name, _HELP[name], labels)
                self._counters[key] = counter
        return counter


# Per process: how many processors use the rules of a digest.
_in_use: WeakKeyDictionary[Telemetry, collections.Counter[tuple[str, int]]] = WeakKeyDictionary()
_in_use_lock = threading.Lock()


def rules_in_use(telemetry: Telemetry, digest: str, n_rules: int, change: int) -> None:
    """One processor more (1) or less (-1) works with these rules."""
    with _in_use_lock:
        in_use = _in_use.setdefault(telemetry, collections.Counter())
        in_use[digest, n_rules] += change
    telemetry.observe("redaction", lambda: _ruleset_info(in_use))


def _ruleset_info(in_use: collections.Counter[tuple[str, int]]) -> Iterator[Sample]:
    """Once per set of rules, however many processors use it."""
    for (digest, n_rules), n_users in list(in_use.items()):
        if n_users > 0:
            labels = {"digest": digest, "rules": str(n_rules)}
            yield Sample("redaction_ruleset_info", "The rules at work.", "gauge", labels, 1.0)
