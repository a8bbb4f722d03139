"""What becomes of values: arrays, maps, numbers, bytes, and those that have to go."""

import base64
import re
from typing import Any

import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.native.batch_cases import encoded_any
from tests.native.redactor_rules import (
    CANARY,
    DROPS_ATTRIBUTE,
    DROPS_ITEM,
    FLAGGED,
    MASKED,
    TRIED,
    attributes,
    logs,
    plain,
    redacted_span,
    redactor,
    report_on,
    rule,
    traces,
    with_attributes,
)


def redacted(value: Any, **document: Any) -> Any:
    """An attribute's value after redaction; None if the attribute is gone."""
    span = redacted_span(with_attributes(Span(), a=value), redactor(**document))
    return attributes(span).get("a")


def test_arrays_and_maps_are_redacted_at_any_depth() -> None:
    value = {"a": [{"b": [CANARY, 1, True]}, "x"], CANARY: {"c": {"d": f"{CANARY}!"}}}
    assert redacted(value) == {
        "a": [{"b": [MASKED, 1, True]}, "x"],
        MASKED: {"c": {"d": f"{MASKED}!"}},
    }


def test_bytes_that_are_text_stay_bytes() -> None:
    assert redacted(f"ü {CANARY}".encode()) == f"ü {MASKED}".encode()


def test_bytes_that_are_no_text_are_left_alone() -> None:
    assert redacted(b"\xff\xfe" + CANARY.encode()) == b"\xff\xfe" + CANARY.encode()


NUMBER = rule("number", "4111111111111111", "token", context=["card"])


@pytest.mark.parametrize("number", [4111111111111111, 4111111111111111.0])
def test_a_number_that_is_masked_becomes_a_string(number: float) -> None:
    assert redacted(number, rules=[NUMBER], scan_numbers="all") == "[NUMBER]"
    assert redacted(number, rules=[NUMBER], scan_numbers="none") == number


def test_numbers_are_scanned_under_a_key_with_a_context_word() -> None:
    span = with_attributes(Span(), card=4111111111111111, order=4111111111111111)
    span = redacted_span(span, redactor(rules=[NUMBER], scan_numbers="named"))
    assert attributes(span) == {"card": "[NUMBER]", "order": 4111111111111111}


def test_a_key_with_a_finding_is_replaced() -> None:
    span = redacted_span(with_attributes(Span(), **{f"user.{CANARY}": 1}), redactor())
    assert attributes(span) == {f"user.{MASKED}": 1}


def test_each_of_two_attributes_with_the_same_key_is_redacted() -> None:
    span = Span()
    span.attributes.add(key="a", value=encoded_any(CANARY))
    span.attributes.add(key="a", value=encoded_any(f"{CANARY} too"))
    span = redacted_span(span, redactor())
    assert [plain(pair.value) for pair in span.attributes] == [MASKED, f"{MASKED} too"]


def test_an_attribute_that_a_rule_drops_is_gone() -> None:
    span = with_attributes(Span(), a=1, b=DROPS_ATTRIBUTE, c={"d": DROPS_ATTRIBUTE, "e": 2})
    report = report_on(span)
    assert report.dropped == {"attribute": 2}
    assert attributes(redacted_span(span, redactor())) == {"a": 1, "c": {"e": 2}}


def test_an_element_that_a_rule_drops_leaves_its_place_empty() -> None:
    assert redacted(["x", f"{DROPS_ATTRIBUTE} {CANARY}", "y"]) == ["x", None, "y"]


def test_a_field_that_is_no_attribute_becomes_empty_where_a_rule_drops_it() -> None:
    assert redacted_span(Span(name=DROPS_ATTRIBUTE), redactor()).name == ""


def test_a_log_body_that_a_rule_drops_is_gone() -> None:
    batch = logs(LogRecord(body=encoded_any(DROPS_ATTRIBUTE), severity_text="INFO"))
    redactor().redact(batch)
    record = next(batch.records())
    assert not record.HasField("body")
    assert record.severity_text == "INFO"


def test_an_event_that_a_rule_drops_goes_without_its_span() -> None:
    span = Span(name="n")
    span.events.add(name="kept")
    span.events.add(name=DROPS_ITEM)
    span.links.add(trace_state=DROPS_ITEM)
    report = report_on(span)
    assert report.dropped == {"event": 1, "link": 1}
    after = redacted_span(span, redactor())
    assert [event.name for event in after.events] == ["kept"]
    assert not after.links


LIMITS = {"value_bytes_max": 1024}


def test_values_that_cannot_be_scanned_are_replaced_and_counted() -> None:
    large = "x" * 1025
    span = with_attributes(Span(name=large), a=large, b=large.encode(), **{large: 1})
    batch = traces(span)
    report = redactor(limits=LIMITS).redact(batch)
    assert report.unscanned == {"too_large": 4}
    after = next(batch.spans())
    mark = "[REDACTED:unscanned]"
    assert after.name == mark
    assert attributes(after) == {"a": mark, "b": mark.encode(), mark: 1}


def test_values_that_cannot_be_scanned_pass_only_if_the_rules_say_so() -> None:
    span = with_attributes(Span(), a="x" * 1025)
    batch = traces(span)
    report = redactor(limits=LIMITS, pass_unscanned=True).redact(batch)
    assert report.unscanned == {"too_large": 1}
    assert attributes(next(batch.spans())) == attributes(span)


@pytest.mark.parametrize("text", [FLAGGED, TRIED])
def test_what_is_only_told_stays(text: str) -> None:
    assert redacted(text) == text


def test_a_report_counts_findings_by_rule_and_action() -> None:
    span = with_attributes(Span(name=f"{CANARY} {CANARY}"), a=f"{FLAGGED} {TRIED}")
    assert report_on(span).findings == {
        ("canary", "token"): 2,
        ("flag", "flag"): 1,
        ("tried", "dry_run"): 1,
    }


def test_a_report_counts_what_was_scanned_by_kind() -> None:
    span = with_attributes(Span(name="n"), a='{"b": 1}', c=b"bytes", d=1, e=["x", "y"])
    report = report_on(span, scan_numbers="all")
    assert report.values == {"string": 3, "json": 1, "bytes": 1, "number": 1, "key": 4}
    assert report.bytes_scanned == len('n{"b": 1}bytes1xyacde')


def test_the_audit_names_trace_rule_action_and_key() -> None:
    batch = traces(with_attributes(Span(), **{f"k.{CANARY}": {"b": CANARY}}))
    report = redactor().redact(batch, audit=True)
    trace = (b"t" * 16).hex()
    assert report.audit == [
        (trace, "canary", "token", f"k.{MASKED}", None),
        (trace, "canary", "token", f"k.{MASKED}.b", None),
    ]


HMAC = {"key_base64": base64.b64encode(bytes(range(32))).decode(), "key_id": "k"}


def test_the_audit_recognises_a_value_by_its_tag() -> None:
    span = with_attributes(Span(), a=CANARY, b=f'["{CANARY}"]', c=f"x {CANARY} {CANARY}")
    tags = [row[-1] for row in redactor(hmac=HMAC).redact(traces(span), audit=True).audit]
    assert len(tags) == 4
    assert len(set(tags)) == 1
    assert re.fullmatch("[0-9a-f]{16}", tags[0] or "")


def test_nothing_is_audited_unless_asked_for() -> None:
    assert report_on(with_attributes(Span(), a=CANARY)).audit == []
