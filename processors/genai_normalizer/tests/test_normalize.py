"""The rules that hold for every dialect (R2 to R7 of the reference)."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pytest

from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.telemetry import Telemetry
from spanloom.testing import build_traces, make_settings

OLD = "llm.token_count.prompt"
NEW = "gen_ai.usage.input_tokens"


def test_a_batch_with_current_names_leaves_byte_for_byte() -> None:
    request = build_traces(20, n_resources=2).SerializeToString()
    batch = Traces.from_bytes(request)
    GenaiNormalizer(Config(), make_settings()).process(batch)
    assert not batch.is_edited
    assert batch.encode() == [request]


def test_a_current_name_is_not_overwritten(normalize: Any) -> None:
    [span] = normalize({OLD: 1, NEW: 2})
    assert span == {OLD: 1, NEW: 2}


def test_overwrite_replaces_a_current_name(normalize: Any) -> None:
    [span] = normalize({OLD: 1, NEW: 2}, overwrite=True)
    assert span[NEW] == 1


def test_originals_stay_unless_asked(normalize: Any) -> None:
    [span] = normalize({OLD: 1})
    assert span == {OLD: 1, NEW: 1, "gen_ai.normalized.from": "openinference"}


def test_originals_are_removed_where_the_current_name_is_there(normalize: Any) -> None:
    spans = normalize({OLD: 1}, {OLD: "no number"}, remove_originals=True)
    assert spans[0] == {NEW: 1, "gen_ai.normalized.from": "openinference"}
    assert spans[1] == {OLD: "no number"}


def test_options_of_one_source_do_not_touch_another(normalize: Any) -> None:
    sources = {"openinference": {"remove_originals": True}, "openllmetry": None}
    [span] = normalize({OLD: 1, "llm.request.model": "m"}, sources=sources)
    assert OLD not in span
    assert span["llm.request.model"] == "m"
    assert span["gen_ai.request.model"] == "m"


def test_a_dialect_that_is_off_is_not_looked_for(normalize: Any) -> None:
    assert normalize({OLD: 1}, dialects=["all", "-openinference"]) == [{OLD: 1}]
    assert normalize({OLD: 1}, dialects=["vercel"]) == [{OLD: 1}]


def test_unknown_keys_stay_as_they_are(normalize: Any) -> None:
    attributes = {"my.key": [1, 2], "llm": "x", "gen_ai.prompt.": "y", "gen_ai.prompt.x": 1}
    assert normalize(attributes) == [attributes]


def test_own_mappings_come_first(normalize: Any) -> None:
    [span] = normalize(
        {"my.model": "mine", "llm.request.model": "theirs"},
        custom_mappings={"my.model": "gen_ai.request.model"},
    )
    assert span["gen_ai.request.model"] == "mine"


def test_a_span_of_two_dialects_names_both(normalize: Any) -> None:
    spans = normalize({OLD: 1, "gen_ai.system": "openai"}, {"gen_ai.system": "openai"}, {"a": 1})
    named = [span.get("gen_ai.normalized.from") for span in spans]
    assert named == ["openinference,semconv_old", "semconv_old", None]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("12", 12),
        ("12.0", 12),
        (12.0, 12),
        (" 12 ", 12),
        (12, 12),
        ("twelve", "twelve"),
        (-1, -1),
        (float("inf"), float("inf")),
        ("1e400", "1e400"),
        (12.5, 12.5),
        ("99999999999999999999", "99999999999999999999"),
        ([12], [12]),
    ],
)
def test_token_counts_are_integers_or_left_alone(normalize: Any, sent: Any, expected: Any) -> None:
    assert normalize({NEW: sent}) == [{NEW: expected}]


@pytest.mark.parametrize(
    ("key", "sent", "expected"),
    [
        ("gen_ai.response.finish_reasons", '["stop"]', ["stop"]),
        ("gen_ai.response.finish_reasons", "end_turn", ["stop"]),
        ("gen_ai.response.finish_reasons", ["tool_calls", "MAX_TOKENS"], ["tool_call", "length"]),
        ("gen_ai.request.stop_sequences", "END", ["END"]),
        ("gen_ai.request.stop_sequences", '["a","b"]', ["a", "b"]),
        ("gen_ai.request.stream", "True", True),
        ("gen_ai.request.temperature", "0.5", 0.5),
        ("gen_ai.request.temperature", 1, 1.0),
        ("gen_ai.request.max_tokens", "Infinity", "Infinity"),
        ("gen_ai.provider.name", "OpenAI", "openai"),
        ("gen_ai.provider.name", "google.vertex.chat", "gcp.vertex_ai"),
        ("gen_ai.provider.name", "My-Own", "My-Own"),
    ],
)
def test_current_names_get_their_type(normalize: Any, key: str, sent: Any, expected: Any) -> None:
    [span] = normalize({key: sent})
    assert span == {key: expected}
    assert type(span[key]) is type(expected)


def test_finish_reasons_may_stay_raw(normalize: Any) -> None:
    reasons = {"gen_ai.response.finish_reasons": '["tool_calls"]', "ai.x": 1}
    [span] = normalize(reasons, finish_reasons="raw")
    assert span["gen_ai.response.finish_reasons"] == ["tool_calls"]
    [span] = normalize({"llm.finish_reason": "tool_calls"}, finish_reasons="raw")
    assert span["gen_ai.response.finish_reasons"] == ["tool_calls"]


def test_usage_of_wrappers_moves_to_the_aggregate(normalize: Any) -> None:
    agent, call = normalize(
        {"gen_ai.operation.name": "invoke_agent", NEW: 7, "gen_ai.usage.details.x": 1},
        {"gen_ai.operation.name": "chat", NEW: 7},
    )
    assert agent == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.aggregated_usage.input_tokens": 7,
        "gen_ai.aggregated_usage.details.x": 1,
    }
    assert call[NEW] == 7


def test_an_aggregate_that_is_there_stays(normalize: Any) -> None:
    aggregated = "gen_ai.aggregated_usage.input_tokens"
    [span] = normalize({"gen_ai.operation.name": "invoke_agent", NEW: 7, aggregated: 9})
    assert span == {"gen_ai.operation.name": "invoke_agent", aggregated: 9}


def test_absent_tokens_stay_absent(normalize: Any) -> None:
    spans = normalize({OLD: 1}, {"llm.token_count.completion": 0})
    assert "gen_ai.usage.output_tokens" not in spans[0]
    assert spans[1]["gen_ai.usage.output_tokens"] == 0


def test_time_per_chunk_follows_from_the_time_to_the_first(normalize: Any) -> None:
    # Spans of the builder take one second.
    spans = normalize(
        {"gen_ai.response.time_to_first_chunk": 0.2, "gen_ai.usage.output_tokens": 5},
        {"gen_ai.response.time_to_first_chunk": 0.2, "gen_ai.usage.output_tokens": 1},
        {"gen_ai.response.time_to_first_chunk": 2.0, "gen_ai.usage.output_tokens": 5},
        {"gen_ai.usage.output_tokens": 5},
    )
    per_chunk = [span.get("gen_ai.response.time_per_output_chunk") for span in spans]
    assert per_chunk == [pytest.approx(0.2), None, None, None]


def test_resources_get_their_current_names() -> None:
    request = build_traces(2, resource_attributes={"deployment.environment": "staging"})
    del request.resource_spans[0].resource.attributes[2]  # deployment.environment.name
    batch = Traces.from_message(request)
    GenaiNormalizer(Config(), make_settings()).process(batch)
    current = batch.attribute("deployment.environment.name", "resource")
    assert current.strings() == ["staging"]


def test_what_was_done_is_counted() -> None:
    telemetry = Telemetry()
    processor = GenaiNormalizer(Config(), make_settings("n", telemetry=telemetry))
    processor.process(Traces.from_message(build_traces(3, attributes={"gen_ai.user": "u"})))
    processor.process(
        Traces.from_message(build_traces(2, attributes={"llm.token_count.total": 1, OLD: "x"}))
    )
    prefix, own = "spanloom_processor_genai_normalizer_", {"processor": "n"}
    assert telemetry.value(prefix + "items", {**own, "dialect": "openllmetry"}) == 3
    # The current name is there already, so that nothing is converted.
    assert telemetry.value(prefix + "problems", {**own, "reason": "unconvertible"}) == 0
    assert telemetry.value(prefix + "plans", own) == 2


def test_without_messages_no_content_is_written(normalize: Any) -> None:
    span = {"gen_ai.prompt.0.content": "Hi", "ai.prompt": "Hi", "llm.request.model": "m"}
    [after] = normalize(span, messages=False)
    assert after == {
        **span,
        "gen_ai.request.model": "m",
        "gen_ai.normalized.from": "openllmetry",
    }


def test_nothing_holds_a_batch_after_its_turn() -> None:
    processor = GenaiNormalizer(Config(remove_originals=True), make_settings())
    batch = Traces.from_message(build_traces(3, attributes={OLD: 1, "gen_ai.system": "x"}))
    before = sys.getrefcount(batch)
    gc.disable()
    try:
        processor.process(batch)
        assert sys.getrefcount(batch) == before
    finally:
        gc.enable()
