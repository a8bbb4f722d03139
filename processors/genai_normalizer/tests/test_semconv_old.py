"""Older conventions become the current ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv
from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.testing import build_traces, make_settings
from spanloom.testing.builders import key_values

Normalize = Callable[..., list[dict[str, Any]]]


def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("semconv_old/spans.json", renamed("opentelemetry_openai_v2"))


@pytest.mark.parametrize(
    ("old", "sent", "new", "expected"),
    [
        ("gen_ai.system", "vertex_ai", semconv.PROVIDER, "gcp.vertex_ai"),
        ("gen_ai.usage.prompt_tokens", 3, semconv.INPUT_TOKENS, 3),
        ("gen_ai.usage.completion_tokens", "3", semconv.OUTPUT_TOKENS, 3),
        ("gen_ai.openai.request.seed", 7, "gen_ai.request.seed", 7),
        ("gen_ai.openai.request.response_format", "json_schema", "gen_ai.output.type", "json"),
        ("gen_ai.openai.request.service_tier", "flex", semconv.SERVICE_TIER_REQUESTED, "flex"),
        ("gen_ai.openai.response.service_tier", "flex", semconv.SERVICE_TIER, "flex"),
        ("gen_ai.client.operation.time_to_first_chunk", 0.25, semconv.TIME_TO_FIRST_CHUNK, 0.25),
        ("gen_ai.usage.cache_creation.input_tokens", 5, semconv.CACHE_WRITE_TOKENS, 5),
    ],
)
def test_an_old_name_becomes_the_new_one(
    normalize: Normalize, old: str, sent: Any, new: str, expected: Any
) -> None:
    [span] = normalize({old: sent})
    assert span[new] == expected


def test_top_k_of_a_retrieval_is_no_request_parameter(normalize: Normalize) -> None:
    spans = normalize(
        {semconv.OPERATION: "retrieval", "gen_ai.request.top_k": 5},
        {semconv.OPERATION: "chat", "gen_ai.request.top_k": 5},
    )
    assert [span.get("gen_ai.retrieval.top_k") for span in spans] == [5, None]


def test_prompt_and_completion_in_events_become_messages() -> None:
    request = build_traces(1, attributes={"gen_ai.system": "openai"})
    span = request.resource_spans[0].scope_spans[0].spans[0]
    del span.attributes[9:11]  # the messages of the builder
    prompt = '[{"role": "user", "content": "Hi"}]'
    span.events.add(name="gen_ai.content.prompt", attributes=key_values({"gen_ai.prompt": prompt}))
    batch = Traces.from_message(request)
    GenaiNormalizer(Config(), make_settings()).process(batch)
    [message] = json.loads(batch.attribute(semconv.INPUT_MESSAGES).strings()[0])
    assert message["parts"] == [{"type": "text", "content": "Hi"}]


def test_message_events_of_a_span_become_messages() -> None:
    request = build_traces(2, attributes={"gen_ai.system": "az.ai.inference"})
    span = request.resource_spans[0].scope_spans[0].spans[1]
    del span.attributes[9:11]  # the messages of the builder
    for name, content in (
        ("gen_ai.user.message", '{"role": "user", "content": "Hi"}'),
        ("gen_ai.choice", '{"message": {"content": "Ho"}, "finish_reason": "stop", "index": 0}'),
        ("gen_ai.choice", "no JSON"),
        ("other", '{"role": "user", "content": "x"}'),
    ):
        span.events.add(name=name, attributes=key_values({"gen_ai.event.content": content}))
    batch = Traces.from_message(request)
    GenaiNormalizer(Config(), make_settings()).process(batch)
    asked = json.loads(batch.attribute(semconv.INPUT_MESSAGES).strings()[1])
    answered = json.loads(batch.attribute(semconv.OUTPUT_MESSAGES).strings()[1])
    assert [message["parts"][0]["content"] for message in asked] == ["Hi"]
    assert [message["parts"][0]["content"] for message in answered] == ["Ho", "no JSON"]
    assert batch.attribute(semconv.INPUT_MESSAGES).strings()[0].startswith('[{"role":"user"')
