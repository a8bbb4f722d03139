"""Whatever values come: nothing is raised, nothing is lost, and a second pass changes nothing."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spanloom.batch import Logs, Metrics, Traces
from spanloom.processors.genai_normalizer.canonical import TYPES
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.dialect import FromEvent, Indexed, keys_of
from spanloom.processors.genai_normalizer.dialects import load_dialects
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.plan import KEYS_MAX, PLANS_MAX
from spanloom.telemetry import Telemetry
from spanloom.testing import build_logs, build_metrics, build_traces, make_settings
from spanloom.testing.builders import any_value, key_values

_DIALECTS = load_dialects()
_RULES = [rule for dialect in _DIALECTS for rule in dialect.rules]
_PATHS = ("0.role", "0.content", "1.message.role", "0.tool_calls.0.name", "0", "07.x", "0.0.0", "x")
_KEYS = sorted(
    {key for rule in _RULES for key in keys_of(rule)}
    | {rule.prefix + path for rule in _RULES if isinstance(rule, Indexed) for path in _PATHS}
    | {key.replace("*", "x") for dialect in _DIALECTS for key in dialect.keys + dialect.drops}
    | {match.key for dialect in _DIALECTS for match in dialect.wrappers}
    | {f"{rule.event}.{rule.key}" for rule in _RULES if isinstance(rule, FromEvent)}
    | TYPES.keys()
    | {"gen_ai.operation.name", "gen_ai.input.messages", "gen_ai.output.messages"}
)
_WORDS = sorted(
    {value for dialect in _DIALECTS for match in dialect.wrappers for value in match.values}
)
_JSON = (
    *("[", "{}", "[]", '"a"', "null", "[null]", "[1, NaN]", '[{"role": 1}]', '{"role": null}'),
    *('[{"parts": [null, 1, {"type": 3}]}]', '{"messages": [{"content": {"parts": 1}}]}'),
    *('{"model": "m", "temperature": "Infinity"}', '["\\ud800"]', '{"choices": [{}]}', "[" * 5000),
    *('[{"type": "image_url", "image_url": {"url": {}}}]', '[[["x"]]]', '{"input": 5, "x": 1e999}'),
    *('{"tool_calls": [{"function": {"name": null}}]}', '{"a": {"a": {"a": []}}}', "9" * 5000),
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(_WORDS),
    st.sampled_from(_JSON),
    st.binary(max_size=4),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
_SPANS = st.lists(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=12), max_size=4)
_METRICS = sorted(
    {rule.old for dialect in _DIALECTS for rule in dialect.metrics}
    | {"gen_ai.client.token.usage", "gen_ai.client.operation.duration", "x"}
)
_SCOPES = sorted({glob.replace("*", "x") for dialect in _DIALECTS for glob in dialect.scopes})


def made(spans: list[dict[str, Any]], scope: str) -> Traces:
    request = build_traces(len(spans))
    group = request.resource_spans[0].scope_spans[0]
    group.scope.name = scope
    for span, attributes in zip(group.spans, spans, strict=True):
        del span.attributes[:]
        span.attributes.extend(key_values(attributes))
    return Traces.from_message(request)


def pass_twice(batch: Any, **config: Any) -> int:
    """The number of items after one pass; a second one must change nothing, none may fail."""
    telemetry = Telemetry()
    processor = GenaiNormalizer(Config(**config), make_settings(telemetry=telemetry))
    once = processor.process(batch)
    again = type(once).from_message(once.to_message())
    assert processor.process(again).to_message() == once.to_message()
    assert [s.labels for s in telemetry.samples() if s.name.endswith("_errors")] == []
    assert [s.labels for s in telemetry.samples() if s.labels.get("reason") == "defect"] == []
    return len(once)


@settings(max_examples=60, deadline=None)
@given(
    spans=_SPANS,
    scope=st.sampled_from(_SCOPES),
    remove_originals=st.booleans(),
    target=st.sampled_from(["genai-2026-11", "semconv-1.37", "semconv-1.30"]),
)
def test_any_values_are_survived_and_a_second_pass_changes_nothing(
    spans: list[dict[str, Any]], scope: str, remove_originals: bool, target: Any
) -> None:
    batch = made(spans, scope)
    assert pass_twice(batch, remove_originals=remove_originals, target=target) == len(spans)


_EVENTS = st.tuples(
    st.sampled_from(["gen_ai.user.message", "gen_ai.choice", "gen_ai.tool.message", "x", ""]),
    st.sampled_from(["gen_ai.event.content", "gen_ai.prompt", "ai.response.msToFirstChunk"]),
    _VALUES,
)


@settings(max_examples=30, deadline=None)
@given(spans=_SPANS, scope=st.sampled_from(_SCOPES), events=st.lists(_EVENTS, max_size=4))
def test_any_events_of_spans_are_survived(
    spans: list[dict[str, Any]], scope: str, events: list[tuple[str, str, Any]]
) -> None:
    request = made([{"gen_ai.system": "x", **span} for span in spans], scope).to_message()
    for span in request.resource_spans[0].scope_spans[0].spans if spans else ():
        for name, key, value in events:
            span.events.add(name=name, attributes=key_values({key: value}))
    pass_twice(Traces.from_message(request))


@settings(max_examples=30, deadline=None)
@given(spans=_SPANS, scope=st.sampled_from(_SCOPES), events=st.lists(_EVENTS, max_size=4))
def test_any_log_records_are_survived(
    spans: list[dict[str, Any]], scope: str, events: list[tuple[str, str, Any]]
) -> None:
    request = build_logs(len(spans) + len(events))
    group = request.resource_logs[0].scope_logs[0]
    group.scope.name = scope
    for record in group.log_records:
        record.trace_id, record.span_id = b"\1" * 16, b"\2" * 8
    for record, attributes in zip(group.log_records, spans, strict=False):
        del record.attributes[:]
        record.attributes.extend(key_values(attributes))
    for record, (name, _, body) in zip(group.log_records[len(spans) :], events, strict=True):
        record.event_name = name
        record.body.CopyFrom(any_value(body))
    pass_twice(Logs.from_message(request), merge_message_events=True)


@settings(max_examples=30, deadline=None)
@given(
    points=_SPANS,
    scope=st.sampled_from(_SCOPES),
    name=st.sampled_from(_METRICS),
    unit=st.sampled_from(["token", "ms", "s", ""]),
)
def test_any_data_points_are_survived(
    points: list[dict[str, Any]], scope: str, name: str, unit: str
) -> None:
    request = build_metrics(len(points))
    group = request.resource_metrics[0].scope_metrics[0]
    group.scope.name = scope
    rest = iter(points)
    for metric in group.metrics:
        metric.name, metric.unit = name, unit
        for point in getattr(metric, str(metric.WhichOneof("data"))).data_points:
            del point.attributes[:]
            point.attributes.extend(key_values(next(rest)))
    assert pass_twice(Metrics.from_message(request)) == len(points)


def test_hundreds_of_different_sets_of_keys_take_bounded_memory() -> None:
    telemetry = Telemetry()
    processor = GenaiNormalizer(Config(), make_settings(telemetry=telemetry))
    dice = random.Random(7)
    for number in range(400):
        keys = {f"gen_ai.prompt.{dice.randrange(100_000)}.content": "x" for _ in range(5)}
        processor.process(made([{**keys, f"k{number}": 1}], "x"))
    assert (
        telemetry.value("spanloom_processor_genai_normalizer_plans", {"processor": "test"})
        <= PLANS_MAX
    )
    assert len(processor._normalizer._planner._keys) <= KEYS_MAX
