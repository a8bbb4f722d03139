"""LiteLLM's own names, and its mistakes under current ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]
SCOPE = "litellm"


@pytest.mark.parametrize("capture", ["litellm", "litellm_latest"])
def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None], capture: str
) -> None:
    golden(f"litellm/{capture}.json", renamed(capture))


def test_a_completion_is_a_chat(normalize: Normalize) -> None:
    (span,) = normalize({"llm.request.type": "completion"}, scope=SCOPE)
    assert span[semconv.OPERATION] == "chat"


def test_tool_calls_beside_the_parts_become_parts(normalize: Normalize) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    messages = [
        {"role": "assistant", "parts": [], "tool_calls": [call]},
        {"role": "tool", "parts": [{"type": "text", "content": "8"}], "tool_call_id": "c1"},
    ]
    (span,) = normalize({semconv.INPUT_MESSAGES: json.dumps(messages)}, scope=SCOPE)
    parts = [message["parts"] for message in json.loads(span[semconv.INPUT_MESSAGES])]
    assert parts == [
        [{"type": "tool_call", "name": "f", "id": "c1", "arguments": {"a": 1}}],
        [{"type": "tool_call_response", "response": "8", "id": "c1"}],
    ]


def test_an_answer_gets_its_tool_call(normalize: Normalize) -> None:
    answer = '[{"role": "assistant", "parts": [], "finish_reason": "tool_calls"}]'
    (span,) = normalize(
        {
            semconv.OUTPUT_MESSAGES: answer,
            "gen_ai.completion.0.function_call.name": "f",
            "gen_ai.completion.0.function_call.arguments": '{"a": 1}',
        },
        scope=SCOPE,
    )
    (message,) = json.loads(span[semconv.OUTPUT_MESSAGES])
    assert message["parts"] == [{"type": "tool_call", "name": "f", "arguments": {"a": 1}}]


def test_messages_of_other_libraries_are_left_alone(normalize: Normalize) -> None:
    messages = '[{"role": "assistant", "parts": [], "tool_calls": []}]'
    (span,) = normalize({semconv.INPUT_MESSAGES: messages}, scope="another.library")
    assert span[semconv.INPUT_MESSAGES] == messages


@pytest.mark.parametrize(
    ("route", "provider"), [("anthropic/claude-sonnet-4-5", "anthropic"), ("gpt-5", "")]
)
def test_an_empty_provider_is_read_from_the_route(
    normalize: Normalize, route: str, provider: str
) -> None:
    (span,) = normalize({semconv.PROVIDER: "", "litellm.provider.model": route}, scope=SCOPE)
    assert span[semconv.PROVIDER] == provider


def test_its_usage_includes_caches_for_every_provider(normalize: Normalize) -> None:
    usage = "{'prompt_tokens': 9, 'cache_read_input_tokens': 4, 'prompt_tokens_details': None}"
    (span,) = normalize({"metadata.usage_object": usage}, scope=SCOPE)
    assert span[semconv.INPUT_TOKENS] == 9
    assert span[semconv.CACHE_READ_TOKENS] == 4
