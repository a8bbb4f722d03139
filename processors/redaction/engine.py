"""The compiled rules: one engine for all pipelines whose rules are the same."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import weakref
from typing import TYPE_CHECKING, Literal

from spanloom_native import Redactor, RuleError

from spanloom.config.errors import Problems, nearest_name
from spanloom.processors.redaction.document import matcher_of
from spanloom.processors.redaction.load import Loaded
from spanloom.processors.redaction.rule_file import read_shipped, shipped_names

if TYPE_CHECKING:
    import spanloom_native as native

    from spanloom.component import AnyBatch
    from spanloom.processors.redaction.oracle import reports
    from spanloom.processors.redaction.oracle.engine import Redactor as PythonRedactor

    Report = native.RedactionReport | reports.RedactionReport
    TextReport = native.TextReport | reports.TextReport

Summary = Literal["silent", "info", "debug"]

_OF_RULE = re.compile(r"rule ([a-z0-9_.]+): (.*)", re.DOTALL)
_UNKNOWN = re.compile(r"there is no (detector|validator) (\S+)")


class Engine:
    """A redactor, native or in Python; any number of threads may use it at once."""

    def __init__(self, redactor: Redactor | PythonRedactor) -> None:
        self._redactor = redactor
        self.digest = redactor.digest
        self.n_rules = redactor.n_rules

    def redact(self, batch: AnyBatch, *, audit: bool = False) -> Report:
        """Edit the batch in place. Raises with the batch as it was."""
        return self._redactor.redact(batch, audit=audit)

    def redact_text(self, text: str, *, key: str = "") -> TextReport:
        """What the rules make of one text, as the value of an attribute `key`."""
        return self._redactor.redact_text(text, key=key)


_lock = threading.Lock()
_engines: weakref.WeakValueDictionary[bytes, Engine] = weakref.WeakValueDictionary()


def engine_for(
    loaded: Loaded, *, name: str = "native", summary: Summary = "info", drop_reason: str
) -> Engine:
    """The engine of these rules, made now or in use already.

    Raises:
        ConfigErrors: the engine refuses rules, each at its place.
    """
    document = json.dumps(loaded.document).encode()
    told = f"{name} {summary} {drop_reason}".encode()
    key = hashlib.sha256(told + b"\0" + document).digest()
    with _lock:
        engine = _engines.get(key)
        if engine is None:
            redactor = _compiled(document, loaded, name, summary, drop_reason)
            engine = _engines[key] = Engine(redactor)
        return engine


def _compiled(
    document: bytes, loaded: Loaded, name: str, summary: Summary, drop_reason: str
) -> Redactor | PythonRedactor:
    """Also for `python` the native engine has the last word on the rules."""
    try:
        native = Redactor(document, summary=summary, drop_reason=drop_reason)
    except RuleError as error:
        _refuse(str(error), loaded)
        raise
    if name == "native":
        return native
    # Imported late: nobody but a developer needs it.
    from spanloom.processors.redaction.oracle.engine import Redactor as InPython

    return InPython(document, summary=summary, drop_reason=drop_reason)


def _refuse(reasons: str, loaded: Loaded) -> None:
    """Raises ConfigErrors: what the engine says, at the places of the rules it names."""
    rules = {merged.rule.id: merged for merged in loaded.rules}
    problems = Problems()
    for reason in reasons.splitlines():
        match = _OF_RULE.fullmatch(reason)
        merged = rules.get(match[1]) if match else None
        if merged is None:
            problems.error(None, (), reason)
        else:
            place, loc = merged.where(matcher_of(merged.rule))
            nearest = _nearest(reason, loaded)
            problems.error(place, loc, reason.removeprefix("rule "), nearest=nearest)
    problems.raise_if_any()


def _nearest(reason: str, loaded: Loaded) -> str | None:
    """The name that may be meant, among those that the rules at hand and the shipped ones use."""
    match = _UNKNOWN.search(reason)
    if match is None:
        return None
    shipped = [each.rule for name in shipped_names() for each in read_shipped(name, Problems())]
    rules = [*shipped, *(merged.rule for merged in loaded.known)]
    if match[1] == "detector":
        names = {rule.detector for rule in rules}
    else:
        names = {name for rule in rules for name in rule.validators}
    return nearest_name(match[2], names - {match[2]})
