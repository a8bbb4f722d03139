"""Values that no library sends: each stays where it is, and costs no other item anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spanloom.batch import Logs, Traces
from spanloom.processors.genai_normalizer import indexed, normalize
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.convert import storable, to_json
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.payloads import usage_fields
from spanloom.processors.genai_normalizer.plan import Planner
from spanloom.processors.genai_normalizer.timing import to_unix_nano
from spanloom.semconv import FINISH_REASONS, INPUT_MESSAGES, INPUT_TOKENS, OUTPUT_TOKENS
from spanloom.telemetry import Telemetry
from spanloom.testing import build_logs, build_traces, make_settings
from spanloom.testing.builders import any_value, key_values

_HUGE = 2**63 - 1
_PREFIX = "spanloom_processor_genai_normalizer_"


def spans_of(*spans: dict[str, Any], scope: str = "x") -> Traces:
    request = build_traces(len(spans))
    group = request.resource_spans[0].scope_spans[0]
    group.scope.name = scope
    for span, attributes in zip(group.spans, spans, strict=True):
        del span.attributes[:]
        span.attributes.extend(key_values(attributes))
    return Traces.from_message(request)


def processed(batch: Any, **config: Any) -> tuple[Any, dict[str, float]]:
    """The batch after one pass, and what was counted of errors and problems."""
    telemetry = Telemetry()
    GenaiNormalizer(Config(**config), make_settings(telemetry=telemetry)).process(batch)
    counted = {
        sample.labels.get("reason", sample.labels.get("dialect", "")): sample.value
        for sample in telemetry.samples()
        if sample.name in (_PREFIX + "errors", _PREFIX + "problems")
    }
    return batch, counted


def logs_with(text: str) -> Logs:
    return Logs.from_message(build_logs(2, attributes={INPUT_MESSAGES: text}))


@pytest.mark.parametrize(
    "text",
    [
        f'[{{"role":"user","parts":[{{"type":"x","v":{10**30}}}]}}]',
        '[{"role":"user","parts":' + "[" * 40 + "]" * 40 + "}]",
        "[" * 900 + "]" * 900,
    ],
    ids=["an integer of 100 bits", "forty levels", "nine hundred levels"],
)
def test_messages_that_no_value_can_hold_stay_json_text_and_are_counted(text: str) -> None:
    batch, counted = processed(logs_with(text))
    assert batch.attribute(INPUT_MESSAGES).strings() == [text, text]
    assert counted == {"unconvertible": 1.0}


@pytest.mark.parametrize("arguments", [f'{{"a":{10**30}}}', "[" * 60 + "]" * 60])
def test_merged_messages_that_no_value_can_hold_become_json_text(arguments: str) -> None:
    request = build_logs(2)
    for record in request.resource_logs[0].scope_logs[0].log_records:
        record.trace_id, record.span_id, record.event_name = b"\1" * 16, b"\2" * 8, "gen_ai.choice"
        call = {"function": {"name": "f", "arguments": arguments}}
        record.body.CopyFrom(any_value({"tool_calls": [call]}))
    batch, _ = processed(Logs.from_message(request), merge_message_events=True)
    (text,) = batch.attribute("gen_ai.output.messages").strings()
    calls = [message["parts"][0] for message in json.loads(text)]
    assert [call["arguments"] for call in calls] == [json.loads(arguments)] * 2


@pytest.mark.parametrize(
    "moment", [5e10, 9.9e18, 9.9e19, "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:00", -1, 1e300]
)
def test_a_moment_beyond_64_bits_costs_the_other_spans_nothing(moment: Any) -> None:
    spans = (
        {"langfuse.observation.completion_start_time": moment},
        {"langfuse.observation.metadata.finish_reason": "end_turn"},
    )
    batch, counted = processed(spans_of(*spans, scope="langfuse-sdk"))
    assert counted == {"unconvertible": 1.0}
    assert batch.attribute(FINISH_REASONS).objects() == [None, ["stop"]]


def test_points_in_time_of_this_century_are_read_in_all_units() -> None:
    ns = 1_700_000_000_000_000_000
    assert [to_unix_nano(ns / unit) for unit in (1, 1e3, 1e6, 1e9)] == [ns] * 4
    assert to_unix_nano("2023-11-14T22:13:20Z") == ns


def test_counts_that_cannot_be_added_up_give_no_count() -> None:
    usage = {"input_tokens": _HUGE, "cache_read_input_tokens": 5, "output_tokens": 7}
    assert usage_fields(usage) == {OUTPUT_TOKENS: 7, "gen_ai.usage.cache_read.input_tokens": 5}


def test_an_absurd_count_is_never_made_negative_by_what_belongs_to_it() -> None:
    spans = [
        {"span.type": "llm_request", "input_tokens": count, "cache_read_tokens": 10}
        for count in (_HUGE, 100)
    ]
    batch, _ = processed(spans_of(*spans, scope="com.anthropic.claude_code.tracing"))
    assert batch.attribute(INPUT_TOKENS).ints().tolist() == [_HUGE, 110]


def test_infinite_numbers_in_json_are_written_as_text() -> None:
    value = json.loads('{"a": [1e999, -1e999, 0.5]}')
    assert to_json(value) == '{"a":["inf","-inf",0.5]}'


def test_a_current_name_with_a_value_that_cannot_be_converted_is_counted() -> None:
    batch, counted = processed(spans_of({INPUT_TOKENS: "many"}, {INPUT_TOKENS: "12"}))
    assert counted == {"unconvertible": 1.0}
    assert batch.attribute(INPUT_TOKENS).strings()[0] == "many"
    assert batch.attribute(INPUT_TOKENS).ints()[1] == 12


@pytest.mark.parametrize(
    ("value", "fits"),
    [(_HUGE, True), (_HUGE + 1, False), ([[_HUGE + 1]], False), ({"a": [1.5, None, "x"]}, True)],
)
def test_storable_says_what_a_batch_takes(value: Any, fits: bool) -> None:
    assert storable(value) is fits


def test_storable_knows_how_deep_a_value_may_be() -> None:
    value: Any = "x"
    for _ in range(32):
        value = [value]
    Logs.from_message(build_logs(1)).set_attribute("x", [value])
    assert storable(value)
    assert not storable([value])


def test_a_value_that_comes_deeper_than_one_can_be_set_costs_the_other_spans_nothing() -> None:
    value: Any = "x"
    for _ in range(40):
        value = [value]
    spans = ({"ai.model.id": value}, {"ai.model.id": "m", "ai.response.id": "i"})
    batch, counted = processed(spans_of(*spans, scope="ai"))
    assert counted == {"unconvertible": 1.0}
    assert batch.attribute("gen_ai.request.model").objects() == [None, "m"]
    assert batch.attribute("gen_ai.response.id").objects() == [None, "i"]


def test_a_field_of_json_that_no_value_can_hold_costs_the_other_spans_nothing() -> None:
    key = "request_data"
    spans = ({key: f'{{"stream":{10**30},"seed":{10**30}}}'}, {key: '{"model":"m","stream":true}'})
    batch, counted = processed(spans_of(*spans, scope="logfire.openai"))
    assert not counted
    assert batch.attribute("gen_ai.request.stream").objects() == [None, True]
    assert batch.attribute("gen_ai.request.seed").objects() == [None, None]


def test_what_is_not_in_a_count_is_added_to_counts_of_this_pass_alone() -> None:
    call = {"span.type": "llm_request", "cache_read_tokens": 10}
    spans = ({**call, "input_tokens": 100}, {**call, INPUT_TOKENS: 100})
    batch, _ = processed(spans_of(*spans, scope="com.anthropic.claude_code.tracing"))
    assert batch.attribute(INPUT_TOKENS).ints().tolist() == [110, 100]


def test_a_defect_after_the_dialects_does_not_stop_the_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(normalize, "aggregate", fail)
    given = {"gen_ai.operation.name": "invoke_agent", INPUT_TOKENS: 3, "gen_ai.system": "xai"}
    batch, counted = processed(spans_of(given))
    assert counted == {"all": 1.0}
    assert batch.attribute("gen_ai.provider.name").strings() == ["x_ai"]


def test_names_that_are_very_long_are_not_remembered() -> None:
    planner = Planner([], {"k": None})  # type: ignore[dict-item]
    planner.plan(["k" * 1000], ["s"])
    planner.plan(["k"], ["s" * 1000])
    assert planner.n_plans == 0
    planner.plan(["k"], ["s"])
    assert planner.n_plans == 1
    assert list(planner._scopes) == ["s"]


def test_of_more_indexed_keys_than_a_batch_may_have_the_first_are_read_and_the_rest_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(indexed, "CELLS_MAX", 2 * 3)
    span = {f"gen_ai.prompt.{i}.content": f"text {i}" for i in range(5)}
    batch, counted = processed(spans_of(span, span))
    assert counted["too_many_keys"] == 2
    for messages in batch.attribute(INPUT_MESSAGES).strings():
        assert [m["parts"][0]["content"] for m in json.loads(messages)] == [
            "text 0",
            "text 1",
            "text 2",
        ]
