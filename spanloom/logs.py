"""Log events: a sentence, then fields; as console lines or JSON, to files or streams.

Nothing that came in as telemetry may reach a log, and the text of an exception often
quotes what it choked on. So an exception is logged by its type and place, never its
text: use `describe`.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal

Level = Literal["debug", "info", "warn", "error"]
LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warn": 30, "error": 40}
_NAMES = {10: "debug", 20: "info", 30: "warn", 40: "error", 50: "fatal"}
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Distinct messages that one sampling period tells apart.
_SAMPLED_MESSAGES_MAX = 1024


def describe(error: BaseException) -> str:
    """The error's type and the line that raised it, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    file = last.filename.rsplit("/", 1)[-1]
    return f"{type(error).__name__} at {file}:{last.lineno} in {last.name}"


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What `extra=` added to the record."""
    return {k: v for k, v in vars(record).items() if k not in _STANDARD}


class ConsoleFormatter(logging.Formatter):
    """time, level, sentence and the fields as JSON, separated by tabs."""

    def __init__(self, initial_fields: Mapping[str, Any]) -> None:
        super().__init__()
        self._initial_fields = dict(initial_fields)

    def format(self, record: logging.LogRecord) -> str:
        level = _NAMES.get(record.levelno, record.levelname.lower())
        parts = [_timestamp(record), level, record.getMessage()]
        fields = self._initial_fields | fields_of(record)
        if fields:
            parts.append(json.dumps(fields, default=str))
        return "\t".join(parts)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ts, level, logger, msg, and the fields."""

    def __init__(self, initial_fields: Mapping[str, Any]) -> None:
        super().__init__()
        self._initial_fields = dict(initial_fields)

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "ts": _timestamp(record),
            "level": _NAMES.get(record.levelno, record.levelname.lower()),
            "logger": record.name,
            "msg": record.getMessage(),
        }
        return json.dumps(event | self._initial_fields | fields_of(record), default=str)


def _timestamp(record: logging.LogRecord) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{whole}.{int(record.msecs):03d}Z"


class Sampling(logging.Filter):
    """Passes the first `initial` of each message per `tick_s`, then every `thereafter`th."""

    def __init__(self, tick_s: float, initial: int, thereafter: int) -> None:
        super().__init__()
        self._tick_s, self._initial, self._thereafter = tick_s, initial, thereafter
        self._lock = threading.Lock()
        self._counts: dict[tuple[int, str], int] = {}
        self._period = 0

    def filter(self, record: logging.LogRecord) -> bool:
        key = (record.levelno, str(record.msg))
        with self._lock:
            period = int(record.created / self._tick_s)
            if period != self._period or len(self._counts) >= _SAMPLED_MESSAGES_MAX:
                self._period, self._counts = period, {}
            n = self._counts[key] = self._counts.get(key, 0) + 1
        if n <= self._initial:
            return True
        return self._thereafter > 0 and (n - self._initial) % self._thereafter == 0


def configure(
    *,
    level: Level = "info",
    encoding: Literal["console", "json"] = "console",
    output_paths: Sequence[str] = ("stderr",),
    initial_fields: Mapping[str, Any] | None = None,
    sampling: Sampling | None = None,
) -> None:
    """Set up the `spanloom` logger; called again, it replaces what was set before.

    Raises:
        OSError: a file among `output_paths` cannot be opened.
    """
    make = JsonFormatter if encoding == "json" else ConsoleFormatter
    formatter = make(initial_fields or {})
    handlers = [_handler(path) for path in output_paths]
    root = logging.getLogger("spanloom")
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.setFormatter(formatter)
        if sampling is not None:
            handler.addFilter(sampling)
        root.addHandler(handler)
    root.setLevel(LEVELS[level])
    root.propagate = False


def _handler(path: str) -> logging.Handler:
    streams = {"stderr": sys.stderr, "stdout": sys.stdout}
    if path in streams:
        return logging.StreamHandler(streams[path])
    return logging.FileHandler(path, encoding="utf-8")


def hide_exception_texts() -> None:
    """From now on, uncaught exceptions are reported by type and place, without their text."""
    logger = logging.getLogger("spanloom")

    def report(
        _kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, KeyboardInterrupt):
            logger.critical("an error nobody handled", extra={"error": describe(error)})

    sys.excepthook = report
    threading.excepthook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: report(args.exc_type, args.exc_value, args.exc_traceback)
