"""Cleans telemetry of private values before anything is queued, exported or counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spanloom.batch import BATCH_TYPES
from spanloom.component import AnyBatch, Factory, Host, Processor, Settings
from spanloom.logs import describe
from spanloom.processors.redaction.audit import AuditLog, open_audit_log, release
from spanloom.processors.redaction.config import Config
from spanloom.processors.redaction.engine import engine_for
from spanloom.processors.redaction.load import load_rules
from spanloom.processors.redaction.metrics import RedactionMetrics, rules_in_use

if TYPE_CHECKING:
    from spanloom.processors.redaction.engine import Report

DROP_REASON = "redaction"


class RedactionProcessor(Processor):
    """Rules over every string of every item. A batch that fails is never handed on."""

    concurrent = True

    def __init__(self, config: Config, settings: Settings) -> None:
        """Reads all rules. Raises ConfigErrors with everything that is wrong with them."""
        self.settings = settings
        self._config = config
        loaded = load_rules(config, settings.config_dir)
        self._engine = engine_for(
            loaded, name=config.engine, summary=config.summary, drop_reason=DROP_REASON
        )
        self._metrics = RedactionMetrics(settings.telemetry)
        self._told = {"ruleset": self._engine.digest, "processor": settings.id}
        if loaded.key_id is not None:
            self._told["key_id"] = loaded.key_id
        self._audit: AuditLog | None = None
        self._audit_fails = False
        self._is_noted = False

    def start(self, host: Host) -> None:  # noqa: ARG002 - the API's signature
        """Raises OSError: the audit log cannot be opened."""
        if self._config.on_error == "pass":
            warning = "values that cannot be scanned pass as they are (on_error: pass)"
            self.settings.logger.warning(warning, extra={"component": self.settings.id})
        audit = self._config.audit
        if audit is not None and self._audit is None:
            path = Path(self.settings.config_dir, audit.path)
            self._audit = open_audit_log(path, audit.max_megabytes << 20, audit.max_backups)
        self._note_rules(1)
        fields = {"rules": self._engine.n_rules, **self._told}
        self.settings.logger.info("Redaction is at work.", extra=fields)

    def shutdown(self, timeout_s: float) -> None:  # noqa: ARG002 - the API's signature
        if self._audit is not None:
            release(self._audit)
            self._audit = None
        self._note_rules(-1)

    def process(self, batch: AnyBatch) -> AnyBatch:
        """The batch, cleaned. Raises when the engine fails; the batch is then refused."""
        audit = self._audit
        try:
            report = self._engine.redact(batch, audit=audit is not None)
        except BaseException:
            self._metrics.failed("redact")
            raise
        self._metrics.note(report, batch.signal)
        if audit is not None:
            self._write(audit, report)
        return batch

    def _write(self, audit: AuditLog, report: Report) -> None:
        """To the audit log; when that fails the data goes on, and it is told once."""
        try:
            audit.write(report.audit, common=self._told, clock=self.settings.clock)
        except (OSError, ValueError) as error:
            self._metrics.failed("audit")
            if not self._audit_fails:
                fields = {"component": self.settings.id, "error": describe(error)}
                self.settings.logger.error("the audit log cannot be written", extra=fields)
            self._audit_fails = True
        else:
            self._audit_fails = False

    def _note_rules(self, change: int) -> None:
        """Says which rules are at work, once started and until stopped."""
        if (change > 0) != self._is_noted:
            self._is_noted = change > 0
            digest, n_rules = self._engine.digest, self._engine.n_rules
            rules_in_use(self.settings.telemetry, digest, n_rules, change)


FACTORY = Factory(
    config=Config,
    create=RedactionProcessor,
    signals=frozenset(BATCH_TYPES),
    stability="alpha",
)
