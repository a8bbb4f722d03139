"""A secret put into every field of every signal, in many forms, leaves in none of them."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from spanloom_native import Redactor as NativeRedactor

from spanloom.batch import BATCH_TYPES
from spanloom.processors.redaction.oracle import Redactor as PythonRedactor
from tests.native.otlp_wire import SIGNALS
from tests.redaction.engines import ACTIONS, HMAC, encoded, shipped
from tests.redaction.hostile_batches import full

MAIL = "canary.q7rzk2mv@corp-mail.de"
KEY = "ghp_q7RzK2mVx9LtB4wNq7RzK2mVx9LtB4wNaB3d"
LOOKALIKES = str.maketrans("aceo", "асео")  # noqa: RUF001 - what it is about

Form = Callable[[str], str]
FORMS: dict[str, Form] = {
    "plain": lambda text: f"it is {text} indeed",
    "json": lambda text: json.dumps([{"role": "user", "content": f'"{text}"\n'}]),
    "json in json": lambda text: json.dumps({"a": json.dumps({"b": text})}),
    "cut json": lambda text: json.dumps({"a": f"\n{text}\t", "b": 1})[:-4],
    "json key": lambda text: json.dumps({text: 1}),
    "html-safe": lambda text: rf"\u003c{text}\u003e",
    "escaped": lambda text: "".join(rf"\u{ord(c):04x}" for c in text),
    "percent": lambda text: f"https://x.io/?q={quote(text, safe='')}&r=1",
    "base64": lambda text: base64.b64encode(f"say: {text} !".encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(f"~~ {text}".encode()).decode().rstrip("="),
    "full-width": lambda text: "".join(chr(ord(c) + 0xFEE0) for c in text),
    "zero-width": "\u200b".join,
    "look-alikes": lambda text: text.translate(LOOKALIKES) if "@" in text else text,
}
MASKING = [action for action in ACTIONS if action["kind"] != "flag"] + [{"kind": "drop_item"}]
ENGINES = {"native": NativeRedactor, "python": PythonRedactor}


def redactor(engine: str, action: dict[str, Any]) -> Any:
    document = shipped() | {"hmac": HMAC}
    for rule in document["rules"]:
        rule["action"] = action
    return ENGINES[engine](encoded(document), summary="debug")


def name_of(action: dict[str, Any]) -> str:
    return "-".join(str(part) for part in action.values())


def leaving(engine: Any, signal: str, written: str) -> bytes:
    """All that redaction gives away of a request that holds a text everywhere."""
    batch = BATCH_TYPES[signal].from_message(full(signal, lambda: written))
    report = engine.redact(batch, audit=True)
    return b"".join(batch.encode()) + repr((report.findings, report.audit, report.keys)).encode()


def assert_gone(engine: Any, signal: str, secret: str, form: Form) -> None:
    written = form(secret)
    left = leaving(engine, signal, written)
    for shape in (secret, written, json.dumps(written)[1:-1], written.strip('{}[]" ')):
        assert shape.encode() not in left, shape


@pytest.mark.parametrize("action", MASKING, ids=name_of)
@pytest.mark.parametrize("signal", SIGNALS)
def test_no_form_of_a_secret_leaves(signal: str, action: dict[str, Any]) -> None:
    engine = redactor("native", action)
    for form in FORMS.values():
        for secret in (MAIL, KEY):
            assert_gone(engine, signal, secret, form)


@pytest.mark.parametrize("form", ["plain", "json in json", "percent", "base64"])
def test_no_form_of_a_secret_leaves_the_engine_in_python(form: str) -> None:
    engine = redactor("python", {"kind": "token"})
    for signal in ("traces", "logs"):
        assert_gone(engine, signal, MAIL, FORMS[form])


def test_a_secret_that_is_only_flagged_is_seen_to_leave() -> None:
    engine = redactor("native", {"kind": "flag"})
    for signal in SIGNALS:
        for form in FORMS.values():
            assert form(MAIL).encode() in leaving(engine, signal, form(MAIL))


def test_a_batch_without_findings_keeps_its_very_bytes() -> None:
    for signal in SIGNALS:
        request = full(signal, lambda: "nothing to see").SerializeToString()
        for engine in ENGINES:
            batch = BATCH_TYPES[signal].from_bytes(request)
            redactor(engine, {"kind": "token"}).redact(batch)
            assert batch.encode() == [request]
