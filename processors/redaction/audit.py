"""The audit log: one JSON line per finding, which never says what was found."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from spanloom.clock import Clock

_MODE = 0o600

Entry = tuple[str, str, str, str, str | None]
"""Trace id in hex or "", rule id, action, key path, HMAC in hex."""


class _File(RotatingFileHandler):
    """Raises what goes wrong, and makes files that only their owner can read."""

    def _open(self) -> TextIOWrapper:
        # Before anything is in it; what was there keeps its mode.
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _MODE)
        return TextIOWrapper(io.BufferedWriter(io.FileIO(descriptor, "a")), encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's name
        error = sys.exc_info()[1]
        raise error if error is not None else OSError("the audit log cannot be written")


class AuditLog:
    """One file, shared by all processors that write to it; any number of threads may."""

    def __init__(self, path: Path, n_bytes_max: int, n_backups: int) -> None:
        """Raises OSError: the file cannot be opened."""
        self._file = _File(path, maxBytes=n_bytes_max, backupCount=n_backups)
        self.n_users = 0

    def write(self, entries: Iterable[Entry], *, common: dict[str, str], clock: Clock) -> None:
        """Add the entries, in one write. Raises OSError: the system did not take them.

        Args:
            entries: the findings.
            common: fields that all lines have at their end.
            clock: tells the time.
        """
        now = datetime.fromtimestamp(clock.now_s(), UTC).isoformat(timespec="milliseconds")
        lines = []
        for trace_id, rule, action, key, hmac in entries:
            line = {"time": now, "trace_id": trace_id, "rule": rule, "action": action, "key": key}
            if hmac is not None:
                line["hmac"] = hmac
            lines.append(json.dumps({**line, **common}))
        if lines:
            self._file.handle(logging.makeLogRecord({"msg": "\n".join(lines)}))

    def close(self) -> None:
        self._file.close()


_lock = threading.Lock()
_open: dict[str, AuditLog] = {}


def open_audit_log(path: Path, n_bytes_max: int, n_backups: int) -> AuditLog:
    """The log at this path, in use already or opened now; give it back with `release`.

    Raises:
        OSError: the file cannot be opened.
    """
    key = str(path.resolve())
    with _lock:
        log = _open.get(key)
        if log is None:
            log = _open[key] = AuditLog(path, n_bytes_max, n_backups)
        log.n_users += 1
        return log


def release(log: AuditLog) -> None:
    """One user less; the last one closes the file."""
    with _lock:
        log.n_users -= 1
        if log.n_users == 0:
            log.close()
            for key in [key for key, each in _open.items() if each is log]:
                del _open[key]
