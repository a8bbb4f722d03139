"""Attributes that are dropped, masked, ignored or allowed by their key."""

import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanloom_native import Redactor, RuleError

from tests.native.batch_cases import encoded_any
from tests.native.redactor_rules import (
    CANARY,
    MARKED,
    MASKED,
    attributes,
    logs,
    plain,
    redacted_span,
    redactor,
    report_on,
    told,
    with_attributes,
)


def span() -> Span:
    nested = {"secret": CANARY, "ok": CANARY}
    return with_attributes(Span(), plain=CANARY, secret=7, map=nested, http__token=[CANARY])


def left(**keys: object) -> dict[str, object]:
    return attributes(redacted_span(span(), redactor(keys=keys)))


def test_drop_takes_attributes_and_map_entries_out() -> None:
    assert left(drop=["secret", "http.*"]) == {"plain": MASKED, "map": {"ok": MASKED}}


def test_mask_puts_its_text_in_the_place_of_any_value() -> None:
    assert left(mask=["secret", "/token$/"], mask_text="###") == {
        "plain": MASKED,
        "secret": "###",
        "map": {"secret": "###", "ok": MASKED},
        "http.token": "###",
    }


def test_ignored_values_are_not_looked_at() -> None:
    assert left(ignore=["map.secret", "plain"]) == {
        "plain": CANARY,
        "secret": 7,
        "map": {"secret": CANARY, "ok": MASKED},
        "http.token": [MASKED],
    }


def test_allow_only_takes_out_all_other_attributes() -> None:
    assert left(allow_only=["map"]) == {"map": {"secret": MASKED, "ok": MASKED}}
    assert left(allow_only=[]) == {}


def test_key_lists_reach_into_the_body_of_a_log() -> None:
    batch = logs(LogRecord(body=encoded_any({"secret": 1, "user": {"secret": 2, "id": 3}})))
    redactor(keys={"drop": ["secret"]}).redact(batch)
    assert plain(next(batch.records()).body) == {"user": {"id": 3}}


def test_the_report_counts_attributes_by_the_fate_of_their_key() -> None:
    keys = {"drop": ["secret"], "mask": ["*.token"], "ignore": ["map"], "allow_only": ["x"]}
    report = report_on(span(), keys=keys)
    assert report.keys == {"drop": 1, "mask": 1, "ignore": 1, "allow_only": 1}
    assert report.dropped == {"attribute": 2}


def test_what_redaction_writes_itself_is_always_allowed() -> None:
    written = told(with_attributes(Span(), a=MARKED, b=1), keys={"allow_only": ["a"]})
    assert set(written) == {
        "redaction.masked.count",
        "redaction.rules",
        "redaction.ruleset",
        "llm.pii_detected",
    }


def test_bad_patterns_are_refused_with_their_list() -> None:
    document = b'{"rules": [], "keys": {"drop": ["/(/"], "mask": ["/[/"]}}'
    with pytest.raises(RuleError) as caught:
        Redactor(document)
    assert "keys.drop" in str(caught.value)
    assert "keys.mask" in str(caught.value)
