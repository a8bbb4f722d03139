"""OpenInference's names become current ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]
KIND = "openinference.span.kind"


@pytest.mark.parametrize("name", ["openinference_openai", "openinference_anthropic"])
def test_captured_spans_are_as_the_golden_file(
    name: str, renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden(f"openinference/{name}.json", renamed(name))


def test_messages_keep_text_and_tool_calls(normalize: Normalize) -> None:
    prefix = "llm.output_messages.0.message."
    [span] = normalize(
        {
            KIND: "LLM",
            prefix + "role": "assistant",
            prefix + "content": "I look.",
            prefix + "tool_calls.0.tool_call.id": "c1",
            prefix + "tool_calls.0.tool_call.function.name": "find",
            prefix + "tool_calls.0.tool_call.function.arguments": '{"q": 1}',
        }
    )
    call = {"type": "tool_call", "name": "find", "id": "c1", "arguments": {"q": 1}}
    parts = [{"type": "text", "content": "I look."}, call]
    assert json.loads(span[semconv.OUTPUT_MESSAGES]) == [{"role": "assistant", "parts": parts}]


def test_messages_stand_in_numeric_order(normalize: Normalize) -> None:
    numbers = [10, 2, 0, 9]
    [span] = normalize({f"llm.input_messages.{n}.message.content": str(n) for n in numbers})
    messages = json.loads(span[semconv.INPUT_MESSAGES])
    assert [message["parts"][0]["content"] for message in messages] == ["0", "2", "9", "10"]


def test_parts_and_images_are_read(normalize: Normalize) -> None:
    prefix = "llm.input_messages.0.message.contents."
    [span] = normalize(
        {
            prefix + "0.message_content.type": "text",
            prefix + "0.message_content.text": "What is this?",
            prefix + "1.message_content.type": "image",
            prefix + "1.message_content.image.image.url": "https://x.test/a.png",
        }
    )
    assert json.loads(span[semconv.INPUT_MESSAGES])[0]["parts"] == [
        {"type": "text", "content": "What is this?"},
        {"type": "uri", "modality": "image", "uri": "https://x.test/a.png"},
    ]


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("LLM", "chat"),
        ("EMBEDDING", "embeddings"),
        ("RETRIEVER", "retrieval"),
        ("RERANKER", "rerank"),
        ("TOOL", "execute_tool"),
        ("AGENT", "invoke_agent"),
        ("CHAIN", None),
        ("GUARDRAIL", None),
    ],
)
def test_kinds_become_operations(normalize: Normalize, kind: str, operation: str | None) -> None:
    [span] = normalize({KIND: kind})
    assert span.get(semconv.OPERATION) == operation


def test_prompts_are_text_completions(normalize: Normalize) -> None:
    [span] = normalize({KIND: "LLM", "llm.prompts.0.prompt.text": "Once"})
    assert span[semconv.OPERATION] == "text_completion"
    assert json.loads(span[semconv.INPUT_MESSAGES])[0]["parts"][0]["content"] == "Once"


@pytest.mark.parametrize("kind", ["CHAIN", "AGENT", "TOOL"])
def test_the_usage_of_what_encloses_calls_is_aggregated(normalize: Normalize, kind: str) -> None:
    [span] = normalize({KIND: kind, "llm.token_count.prompt": 7})
    assert span["gen_ai.aggregated_usage.input_tokens"] == 7
    assert semconv.INPUT_TOKENS not in span


def test_the_provider_goes_before_the_product(normalize: Normalize) -> None:
    spans = normalize({"llm.provider": "azure", "llm.system": "openai"}, {"llm.system": "openai"})
    assert [span[semconv.PROVIDER] for span in spans] == ["azure.ai.openai", "openai"]


def test_invocation_parameters_are_taken_apart(normalize: Normalize) -> None:
    parameters = '{"model": "m", "max_tokens": 5, "stop": "END", "seed": "x", "unknown": 1}'
    [span] = normalize({"llm.invocation_parameters": parameters})
    assert span[semconv.REQUEST_MODEL] == "m"
    assert span["gen_ai.request.max_tokens"] == 5
    assert span["gen_ai.request.stop_sequences"] == ["END"]
    assert "gen_ai.request.seed" not in span


def test_a_session_of_another_library_is_no_conversation(normalize: Normalize) -> None:
    spans = normalize({"session.id": "s"}, {"session.id": "s", KIND: "LLM"})
    assert [span.get(semconv.CONVERSATION_ID) for span in spans] == [None, "s"]


def test_a_whole_response_stays_when_originals_go(normalize: Normalize) -> None:
    response = '{"id": "r1", "object": "list"}'
    [span] = normalize({KIND: "LLM", "output.value": response}, remove_originals=True)
    assert span[semconv.RESPONSE_ID] == "r1"
    assert span["output.value"] == response
