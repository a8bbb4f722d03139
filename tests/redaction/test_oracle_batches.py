"""Both engines make the same of whole batches, and report the same."""

import random
from typing import Any

import pytest
from spanloom_native import BatchError, Ledger
from spanloom_native import Redactor as NativeRedactor

from spanloom.batch import BATCH_TYPES
from spanloom.processors.redaction.oracle import Redactor as PythonRedactor
from tests.native.otlp_wire import SCALE, SIGNALS
from tests.redaction.engines import Document, encoded, shipped, texts_for, varied
from tests.redaction.hostile_batches import drawn, full

SUMMARIES = ["info", "debug", "silent"]
REPORTED = ("findings", "values", "unscanned", "dropped", "keys", "bytes_scanned")
KEYS: dict[str, Any] = {
    "drop": ["a.bytes_value", "*.secret"],
    "mask": ["/int/"],
    "ignore": ["a.double_value"],
}


def redacted(redactor: Any, request: Any, signal: str) -> tuple[Any, dict[str, Any], list[Any]]:
    """The message as it leaves, the report, and the audit in any order."""
    batch = BATCH_TYPES[signal].from_message(request)
    report = redactor.redact(batch, audit=True)
    told = {name: getattr(report, name) for name in REPORTED}
    return batch.to_message(), told, sorted(report.audit, key=repr)


def compare(document: Document, rng: random.Random) -> None:
    summary = rng.choice(SUMMARIES)
    native = NativeRedactor(encoded(document), summary=summary)
    python = PythonRedactor(encoded(document), summary=summary)
    texts = texts_for(document)
    for signal in SIGNALS:
        request = drawn(rng, signal, lambda: texts.line(rng)[:200])
        assert redacted(native, request, signal) == redacted(python, request, signal)


@pytest.mark.parametrize("seed", range(SCALE))
def test_the_engines_agree_on_batches(seed: int) -> None:
    compare(shipped(), random.Random(seed))


@pytest.mark.parametrize("seed", range(3 * SCALE))
def test_the_engines_agree_on_batches_whatever_the_rules_do(seed: int) -> None:
    rng = random.Random(3000 + seed)
    document = varied(rng)
    if seed % 2:
        document["keys"] = KEYS
    for rule in document["rules"][:: rng.choice([3, 1000])]:
        rule["action"] = {"kind": "drop_item"}
    compare(document, rng)


def test_a_second_pass_over_a_batch_changes_nothing() -> None:
    rng, document = random.Random(7), shipped()
    texts = texts_for(document)
    for redactor in (NativeRedactor(encoded(document)), PythonRedactor(encoded(document))):
        batch = BATCH_TYPES["traces"].from_message(drawn(rng, "traces", lambda: texts.line(rng)))
        redactor.redact(batch)
        once = batch.encode()
        redactor.redact(batch)
        assert batch.encode() == once


def test_a_replaced_request_counts_the_items_that_it_lacks() -> None:
    ledger = Ledger()
    request: Any = full("logs", lambda: "text")
    batch = BATCH_TYPES["logs"].from_message(request)
    n_items = len(batch)
    batch.enter(ledger)
    del request.resource_logs[0].scope_logs[0].log_records[0]
    batch.replace_request(request.SerializeToString(), "redaction")
    assert len(batch) == n_items - 1
    batch.ack()
    assert ledger.snapshot()["dropped"] == {"redaction": 1}
    with pytest.raises(BatchError):
        batch.replace_request(full("logs", str).SerializeToString())
