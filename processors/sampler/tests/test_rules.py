"""What rules keep, whatever chance says."""

from __future__ import annotations

import math
from typing import Any

import pytest

from spanloom.batch import Logs, Traces
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.testing import build_logs, build_traces, make_settings
from spanloom.testing.builders import key_values


def config_of(*rules: dict[str, Any], **more: Any) -> Config:
    named = [{"name": f"rule{i}", **rule} for i, rule in enumerate(rules)]
    return Config.model_validate({"sampling_percentage": 0.0, "rules": named, **more})


def span_kept(
    rule: dict[str, Any], attributes: dict[str, Any] | None = None, **fields: Any
) -> bool:
    """Whether a rule keeps a span of one second with these attributes, at a percentage of 0."""
    request = build_traces(1, content_bytes=60, attributes=attributes)
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.status.code = fields.pop("status", 0)
    for name, value in fields.items():
        setattr(span, name, value)
    sampler = SpanSampler(config_of(rule), make_settings())
    return len(sampler.process(Traces.from_message(request))) == 1


def log_kept(rule: dict[str, Any], severity: int, attributes: dict[str, Any]) -> bool:
    request = build_logs(1, attributes=attributes)
    request.resource_logs[0].scope_logs[0].log_records[0].severity_number = severity  # type: ignore[assignment]
    sampler = SpanSampler(config_of(rule), make_settings())
    return len(sampler.process(Logs.from_message(request))) == 1


TTFT = "gen_ai.response.time_to_first_chunk"
COST = "gen_ai.usage.cost.amount"
TOKENS_IN, TOKENS_OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"


@pytest.mark.parametrize(
    ("rule", "attributes", "kept"),
    [
        ({"error": True}, {}, False),
        ({"error": True}, {"error.type": "timeout"}, True),
        ({"latency_above": "999ms"}, {}, True),
        ({"latency_above": "1s"}, {}, False),
        ({"ttft_above": "2s"}, {TTFT: 2.5}, True),
        ({"ttft_above": "2s"}, {TTFT: 2.0}, False),
        ({"ttft_above": "2s"}, {TTFT: math.nan}, False),
        ({"ttft_above": "2s"}, {TTFT: "9"}, False),
        ({"ttft_above": "2s"}, {TTFT: math.inf}, True),
        ({"cost_above": 0.5}, {COST: 0.51}, True),
        ({"cost_above": 0.5}, {COST: 1}, True),
        ({"cost_above": 0.5}, {COST: -7.0}, False),
        ({"cost_above": 0.5}, {}, False),
        ({"tokens_above": 120}, {TOKENS_IN: 100, TOKENS_OUT: 20}, False),
        ({"tokens_above": 119}, {TOKENS_IN: 100, TOKENS_OUT: 20}, True),
        ({"tokens_above": 119}, {TOKENS_IN: 2**63 - 1, TOKENS_OUT: 2**63 - 1}, True),
        ({"tokens_above": 119}, {TOKENS_IN: "many", TOKENS_OUT: True}, False),
        ({"flagged": ["masked"]}, {"redaction.masked.count": 1}, True),
        ({"flagged": ["masked"]}, {"redaction.masked.count": 0}, False),
        ({"flagged": ["masked"]}, {"llm.pii_detected": True}, False),
        ({"flagged": ["injection", "pii"]}, {"llm.pii_detected": True}, True),
        ({"flagged": ["injection", "pii"]}, {"llm.injection_attempt": False}, False),
        ({"flagged": ["injection"]}, {"llm.injection_attempt": True}, True),
        ({"flagged": ["injection"]}, {"security.prompt_injection.score": 0.4}, True),
        ({"flagged": ["injection"]}, {"security.prompt_injection.score": math.nan}, False),
        ({"flagged": ["masked", "pii"]}, {"security.prompt_injection.score": 0.4}, False),
        ({"severity_at_least": "trace"}, {}, False),
    ],
)
def test_spans(rule: dict[str, Any], attributes: dict[str, Any], kept: bool) -> None:
    assert span_kept(rule, attributes) == kept


def test_spans_with_status_error_are_errors() -> None:
    assert span_kept({"error": True}, status=2)
    assert not span_kept({"error": True}, status=1)


@pytest.mark.parametrize(
    "times",
    [
        {"start_time_unix_nano": 0},
        {"end_time_unix_nano": 5},
        {"start_time_unix_nano": 2**64 - 1},
    ],
)
def test_a_span_without_a_duration_is_not_slow(times: dict[str, Any]) -> None:
    assert not span_kept({"latency_above": "10ms"}, **times)


@pytest.mark.parametrize(
    ("match", "value", "kept"),
    [
        ({"equals": "pro"}, "pro", True),
        ({"equals": "pro"}, "Pro", False),
        ({"equals": 3}, 3, True),
        ({"equals": 3}, 3.0, False),
        ({"equals": True}, True, True),
        ({"equals": True}, 1, False),
        ({"one_of": ["a", 7, 2.5]}, 7, True),
        ({"one_of": ["a", 7, 2.5]}, 2.5, True),
        ({"one_of": ["a", 7, 2.5]}, "b", False),
        ({"exists": True}, ["any"], True),
        ({"exists": False}, "x", False),
        ({"above": 3}, 4, True),
        ({"above": 3}, 3, False),
        ({"above": 3}, "4", False),
        ({"below": 3.0}, 2.5, True),
        ({"above": 1.0, "below": 3.0}, 2, True),
        ({"above": 1.0, "below": 3.0}, 3, False),
        ({"regexp": "^gpt-4"}, "gpt-4o", True),
        ({"regexp": "mini"}, "gpt-4o", False),
        ({"regexp": "4"}, 4, False),
    ],
)
def test_attributes(match: dict[str, Any], value: Any, kept: bool) -> None:
    assert span_kept({"attributes": [{"key": "tier", **match}]}, {"tier": value}) == kept


def test_a_missing_attribute_matches_only_its_absence() -> None:
    assert span_kept({"attributes": [{"key": "tier", "exists": False}]})
    assert not span_kept({"attributes": [{"key": "tier", "exists": True}]})
    assert not span_kept({"attributes": [{"key": "tier", "equals": "pro"}]})


@pytest.mark.parametrize("level", ["resource", "scope"])
def test_attributes_of_resources_and_scopes(level: Any) -> None:
    request = build_traces(6, n_resources=2, content_bytes=60)
    group = request.resource_spans[1]
    owner = group.resource if level == "resource" else group.scope_spans[0].scope
    owner.attributes.extend(key_values({"tier": "pro"}))
    rule = {"attributes": [{"key": "tier", "level": level, "equals": "pro"}]}
    batch = SpanSampler(config_of(rule), make_settings()).process(Traces.from_message(request))
    assert batch.resource_index.tolist() == [1, 1, 1]


def test_all_conditions_of_a_rule_must_hold() -> None:
    rule = {"error": True, "cost_above": 1.0}
    assert not span_kept(rule, {COST: 2.0})
    assert not span_kept(rule, status=2)
    assert span_kept(rule, {COST: 2.0}, status=2)


@pytest.mark.parametrize(
    ("rule", "severity", "attributes", "kept"),
    [
        ({"error": True}, 17, {}, True),
        ({"error": True}, 16, {}, False),
        ({"error": True}, 9, {"error.type": "timeout"}, True),
        ({"severity_at_least": "warn"}, 13, {}, True),
        ({"severity_at_least": "warn"}, 12, {}, False),
        ({"latency_above": "0s"}, 9, {}, False),
        ({"cost_above": 1.0}, 9, {COST: 2.0}, True),
        ({"attributes": [{"key": "n", "equals": 0}]}, 9, {}, True),
    ],
)
def test_log_records(
    rule: dict[str, Any],
    severity: int,
    attributes: dict[str, Any],
    kept: bool,
) -> None:
    assert log_kept(rule, severity, attributes) == kept


def test_a_rule_outweighs_a_priority_of_zero_and_a_broken_tracestate() -> None:
    rule, priority = {"error": True}, {"sampling.priority": 0}
    assert span_kept(rule, priority, status=2)
    assert span_kept(rule, {}, status=2, trace_state="?")
    assert span_kept(rule, {}, status=2, trace_id=bytes(16))
    assert not span_kept(rule, priority)


def test_a_rule_with_a_rate_keeps_nothing_that_is_wrong() -> None:
    rule = {"error": True, "sampling_percentage": 99.0}
    assert not span_kept(rule, {}, status=2, trace_state="?")


def test_the_highest_of_several_rules_counts() -> None:
    request = build_traces(400, content_bytes=60)
    rules: list[dict[str, Any]] = [
        {"attributes": [{"key": "gen_ai.request.model", "exists": True}], "sampling_percentage": 1},
        {"attributes": [{"key": "gen_ai.operation.name", "equals": "chat"}]},
        {"latency_above": "1ms", "sampling_percentage": 2.0},
    ]
    config = config_of(*rules, reason_attribute="why")
    batch = SpanSampler(config, make_settings()).process(Traces.from_message(request))
    assert len(batch) == 400
    assert batch.attribute("why").values == ["rule:rule1"]
