"""What redaction writes on spans, log records, resources and scopes."""

from typing import Any, Literal

import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import NumberDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanloom_native import Metrics, Redactor

from tests.native.batch_cases import encoded_any
from tests.native.otlp_wire import REQUESTS
from tests.native.redactor_rules import (
    CANARY,
    DROPS_ATTRIBUTE,
    FLAGGED,
    MARKED,
    OTHER_SIGNAL,
    SIGNAL,
    TRIED,
    attributes,
    logs,
    redacted_span,
    redactor,
    told,
    traces,
    with_attributes,
)

DIGEST = redactor().digest


def test_info_tells_the_count_the_rules_and_the_rule_set() -> None:
    span = with_attributes(Span(name=CANARY), a=MARKED, b=f"{FLAGGED} {TRIED}")
    span.events.add(name=CANARY)
    assert told(span) == {
        "redaction.masked.count": 3,
        "redaction.rules": ["canary", "flag", "marked", "tried"],
        "redaction.ruleset": DIGEST,
        "llm.pii_detected": True,
    }


def test_silent_sets_only_the_attributes_that_rules_ask_for() -> None:
    assert told(with_attributes(Span(), a=MARKED), "silent") == {"llm.pii_detected": True}


def test_debug_tells_keys_too_without_what_was_found_in_them() -> None:
    span = with_attributes(Span(), a=CANARY, b={CANARY: CANARY}, c=DROPS_ATTRIBUTE, d=1)
    written = told(span, "debug", keys={"ignore": ["d"]})
    assert written["redaction.masked.keys"] == "a,b.[CANARY]"
    assert written["redaction.redacted.keys"] == "c"
    assert written["redaction.redacted.count"] == 1
    assert written["redaction.ignored.count"] == 1
    assert written["redaction.masked.count"] == 3


@pytest.mark.parametrize("summary", ["silent", "info", "debug"])
def test_an_item_without_findings_gets_nothing(summary: Literal["silent", "info", "debug"]) -> None:
    batch = traces(Span(name="clean"), Span(name=CANARY))
    redactor(summary).redact(batch)
    assert attributes(next(batch.spans())) == {}


def test_findings_of_a_resource_and_a_scope_are_written_there() -> None:
    request = REQUESTS["traces"]()
    envelope = request.resource_spans.add()
    scope = envelope.scope_spans.add()
    scope.spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    with_attributes(envelope.resource, a=CANARY)
    scope.scope.name = CANARY
    batch = traces().from_message(request)
    redactor("info").redact(batch)
    after = batch.to_message().resource_spans[0]
    assert attributes(after.resource)["redaction.masked.count"] == 1
    assert attributes(after.scope_spans[0].scope)["redaction.masked.count"] == 1
    assert attributes(after.scope_spans[0].spans[0]) == {}


def test_metrics_are_not_told_on() -> None:
    request = REQUESTS["metrics"]()
    envelope = request.resource_metrics.add()
    with_attributes(envelope.resource, r=CANARY)
    points = envelope.scope_metrics.add().metrics.add(name="m").gauge.data_points
    points.append(with_attributes(NumberDataPoint(), a=CANARY))
    batch = Metrics.from_message(request)
    redactor("debug").redact(batch)
    after = batch.to_message().resource_metrics[0]
    point = after.scope_metrics[0].metrics[0].gauge.data_points[0]
    assert attributes(point) == {"a": "[CANARY]"}
    assert attributes(after.resource) == {"r": "[CANARY]"}


def passes(first: Redactor, second: Redactor, span: Span) -> tuple[bytes, bytes, Any]:
    """The bytes after each of two passes, and the attributes in the end."""
    batch = traces(span)
    first.redact(batch)
    once = batch.encode()[0]
    second.redact(batch)
    return once, batch.encode()[0], attributes(next(batch.spans()))


@pytest.mark.parametrize("summary", ["silent", "info", "debug"])
def test_a_second_pass_changes_nothing(summary: Literal["silent", "info", "debug"]) -> None:
    span = with_attributes(
        Span(name=CANARY),
        a=f"{MARKED} {FLAGGED} {SIGNAL} {OTHER_SIGNAL}",
        b=TRIED,
        c=DROPS_ATTRIBUTE,
        d=4,
        e=["x", DROPS_ATTRIBUTE],
        secret=5,
    )
    rules = redactor(summary, keys={"ignore": ["d"], "mask": ["secret"]})
    once, twice, _ = passes(rules, rules, span)
    assert twice == once


def test_what_an_earlier_pass_told_is_merged() -> None:
    first = redactor("debug", keys={"mask": ["secret"]})
    second = redactor("debug", keys={"mask": ["other"]})
    span = with_attributes(Span(), secret=1, other=2, a=FLAGGED)
    *_, after = passes(first, second, span)
    assert after["redaction.masked.count"] == 2
    assert after["redaction.masked.keys"] == "other,secret"
    assert after["redaction.rules"] == ["flag"]
    assert after["redaction.ruleset"] == second.digest


def test_attributes_that_only_look_like_ours_are_redacted() -> None:
    span = with_attributes(
        Span(),
        redaction__rules=["canary", CANARY],
        redaction__masked__keys=f"a,{CANARY}",
        redaction__ruleset=CANARY,
        security__prompt_injection__location=f"{CANARY}[1].user",
    )
    batch = traces(span)
    redactor("info").redact(batch)
    assert CANARY.encode() not in batch.encode()[0]
    assert attributes(next(batch.spans()))["redaction.rules"] == ["canary"]


def test_an_attribute_that_a_rule_sets_replaces_one_that_is_there() -> None:
    span = with_attributes(Span(), llm__pii_detected=False, a=MARKED)
    after = attributes(redacted_span(span, redactor()))
    assert after == {"a": "[MARKED]", "llm.pii_detected": True}


def injection(written: dict[str, Any]) -> dict[str, Any]:
    prefix = "security.prompt_injection."
    return {k.removeprefix(prefix): v for k, v in written.items() if k.startswith(prefix)}


def test_signals_of_injection_join_as_independent_evidence() -> None:
    span = with_attributes(Span(), a=SIGNAL, b=[OTHER_SIGNAL, SIGNAL])
    assert injection(told(span)) == {
        "score": 0.8,
        "rules": ["pretence", "signal"],
        "location": "a",
    }


def test_a_score_below_the_threshold_is_not_told() -> None:
    assert told(with_attributes(Span(), a=SIGNAL), injection={"threshold": 0.7}) == {}


def test_what_the_system_says_is_no_injection() -> None:
    span = with_attributes(
        Span(),
        gen_ai__prompt__0__content=SIGNAL,
        gen_ai__prompt__0__role="system",
        gen_ai__prompt__1__role="user",
        gen_ai__prompt__1__content=OTHER_SIGNAL,
    )
    assert injection(told(span)) == {
        "score": 0.5,
        "rules": ["pretence"],
        "location": "gen_ai.prompt.1.content.user",
    }


def test_a_message_in_an_array_of_maps_is_told_by_index_and_role() -> None:
    body = [{"role": "system", "content": "x"}, {"content": SIGNAL, "role": "user"}]
    batch = logs(LogRecord(body=encoded_any(body)))
    redactor("info").redact(batch)
    written = attributes(next(batch.records()))
    assert injection(written)["location"] == "log.body.content[1].user"
