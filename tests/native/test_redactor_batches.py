"""What redaction leaves of a batch: its bytes, its index, its books."""

import json
import threading

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanloom_native import Batch, BatchError, Ledger, Metrics, Redactor, RuleError, Traces

from tests.native.otlp_wire import REQUESTS
from tests.native.redactor_rules import (
    CANARY,
    DROPS_ITEM,
    MASKED,
    RULES,
    attributes,
    redactor,
    rule,
    traces,
    with_attributes,
)

DOCUMENT = json.dumps({"rules": RULES}).encode()


def spans(n_spans: int) -> Traces:
    """Spans of which every third is dropped by a rule and every second is masked."""
    names = [
        DROPS_ITEM if i % 3 == 0 else CANARY if i % 2 == 0 else "clean" for i in range(n_spans)
    ]
    return traces(*(Span(name=name) for name in names))


def test_dropped_items_are_booked_and_the_sums_hold() -> None:
    ledger, batch = Ledger(), spans(10)
    batch.enter(ledger)
    report = redactor().redact(batch)
    assert report.dropped == {"item": 4}
    assert len(batch) == 6
    assert ledger.snapshot()["dropped"] == {"redaction": 4}
    batch.ack()
    entries = ledger.snapshot()
    assert (entries["received"], entries["delivered"], entries["in_flight"]) == (10, 6, 0)


def test_the_drop_reason_can_be_named() -> None:
    ledger, batch = Ledger(), spans(3)
    batch.enter(ledger)
    Redactor(DOCUMENT, drop_reason="private").redact(batch)
    assert ledger.snapshot()["dropped"] == {"private": 1}


def test_a_batch_that_loses_all_its_items_is_empty() -> None:
    ledger, batch = Ledger(), traces(Span(name=DROPS_ITEM))
    batch.enter(ledger)
    redactor().redact(batch)
    assert len(batch) == 0
    assert batch.encode() == [b""]
    batch.ack()
    assert ledger.snapshot()["in_flight"] == 0


def test_a_metric_whose_name_drops_it_takes_its_points_along() -> None:
    request = REQUESTS["metrics"]()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    for name, n_points in ((DROPS_ITEM, 3), ("kept", 2)):
        points = metrics.add(name=name).gauge.data_points
        for _ in range(n_points):
            points.add(as_int=1)
    batch = Metrics.from_message(request)
    assert redactor().redact(batch).dropped == {"item": 3}
    assert batch.metric_names == ["kept"]
    assert len(batch) == 2


def test_the_edits_of_a_holder_are_redacted_too() -> None:
    batch = spans(9)
    batch.set_attribute("note", f"it is {CANARY}")
    batch.keep(batch.name.codes >= 0)
    redactor().redact(batch)
    assert CANARY.encode() not in batch.encode()[0]
    assert batch.attribute("note").strings()[0] == f"it is {MASKED}"


def test_edits_without_findings_stay_edits() -> None:
    batch = traces(Span(name="clean"))
    batch.set_attribute("note", "clean")
    redactor().redact(batch)
    assert batch.is_edited
    assert batch.attribute("note").strings() == ["clean"]


def test_columns_show_what_was_redacted() -> None:
    batch = traces(with_attributes(Span(name=CANARY), a=CANARY))
    assert batch.name.strings() == [CANARY]
    redactor().redact(batch)
    assert batch.name.strings() == [MASKED]
    assert batch.attribute("a").strings() == [MASKED]


def test_a_fork_keeps_its_own_data() -> None:
    batch = traces(Span(name=CANARY))
    fork = batch.fork()
    redactor().redact(batch)
    assert fork.encode() != batch.encode()
    assert isinstance(fork, Traces)
    assert fork.name.strings() == [CANARY]


def test_a_settled_batch_cannot_be_redacted() -> None:
    batch = traces(Span(name=CANARY))
    batch.ack()
    with pytest.raises(BatchError):
        redactor().redact(batch)


def test_threads_share_a_redactor() -> None:
    rules = redactor()
    batches: list[Batch] = [spans(60) for _ in range(8)]
    threads = [threading.Thread(target=rules.redact, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({batch.encode()[0] for batch in batches}) == 1
    assert CANARY.encode() not in batches[0].encode()[0]


def test_a_document_that_is_none_is_refused() -> None:
    with pytest.raises(RuleError):
        Redactor(b'{"rules": 7}')
    with pytest.raises(RuleError, match="summary"):
        Redactor(DOCUMENT, summary="loud")  # type: ignore[arg-type]


def test_the_digest_tells_rules_apart_but_not_hmac_keys() -> None:
    assert redactor().digest == redactor().digest
    assert redactor().digest != redactor(scan_numbers="all").digest
    keys = [
        "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=",
    ]
    digests = {redactor(hmac={"key_base64": key, "key_id": "k"}).digest for key in keys}
    assert len(digests) == 1


def test_an_attribute_that_is_the_same_again_is_counted_again() -> None:
    repeated = [with_attributes(Span(), a="x", b={"c": [1, "yy"]}, d=CANARY) for _ in range(5)]
    report = redactor().redact(traces(*repeated))
    assert report.values == {"string": 15, "key": 4}
    assert report.bytes_scanned == len("abdc") + 5 * len("xyy" + CANARY)
    assert report.findings == {("canary", "token"): 5}


def test_the_same_attribute_is_masked_wherever_it_stands_and_told_each_time() -> None:
    def span() -> Span:
        return with_attributes(Span(), a="clean", b=CANARY)

    batch = traces(span(), span())
    redactor("info").redact(batch)
    counts = [attributes(one)["redaction.masked.count"] for one in batch.spans()]
    assert counts == [1, 1]


def test_a_role_beside_decides_about_the_same_content_anew() -> None:
    def says(role: str) -> Span:
        attributes = {"gen_ai.prompt.0.role": role, "gen_ai.prompt.0.content": CANARY}
        return with_attributes(Span(), **attributes)

    of_users = {"roles": ["user"], "enabled": True}
    rules = redactor(rules=[rule("users", CANARY, scopes=[{"enabled": False}, of_users])])
    batch = traces(says("system"), says("user"), says("system"))
    rules.redact(batch)
    texts = [attributes(span)["gen_ai.prompt.0.content"] for span in batch.spans()]
    assert texts == [CANARY, "[USERS]", CANARY]
