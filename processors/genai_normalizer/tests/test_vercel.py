"""The Vercel AI SDK's names become current ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]


def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("vercel/spans.json", renamed("vercel_ai"))


def test_a_step_of_version_7_is_a_wrapper(normalize: Normalize) -> None:
    [span] = normalize({semconv.OPERATION: "agent_step", semconv.INPUT_TOKENS: 5}, scope="gen_ai")
    assert semconv.INPUT_TOKENS not in span


def test_only_the_inner_span_has_usage(normalize: Normalize) -> None:
    usage = {"ai.usage.inputTokens": 5}
    inner, outer = normalize(
        {"ai.operationId": "ai.generateText.doGenerate", **usage},
        {"ai.operationId": "ai.generateText", **usage},
        scope="ai",
    )
    assert (inner[semconv.OPERATION], inner[semconv.INPUT_TOKENS]) == ("chat", 5)
    assert semconv.OPERATION not in outer
    assert semconv.INPUT_TOKENS not in outer
    assert outer["gen_ai.aggregated_usage.input_tokens"] == 5


def test_text_reasoning_and_calls_make_one_message(normalize: Normalize) -> None:
    calls = '[{"toolCallId":"c1","toolName":"f","input":"{\\"a\\":1}"}]'
    answer = {"text": "Hm.", "toolCalls": calls, "reasoning": "because"}
    [span] = normalize({f"ai.response.{key}": value for key, value in answer.items()})
    [message] = json.loads(span[semconv.OUTPUT_MESSAGES])
    assert [part["type"] for part in message["parts"]] == ["reasoning", "text", "tool_call"]
    assert message["parts"][2]["arguments"] == {"a": 1}


def test_milliseconds_become_seconds(normalize: Normalize) -> None:
    [span] = normalize({"ai.response.msToFirstChunk": 250})
    assert span[semconv.TIME_TO_FIRST_CHUNK] == pytest.approx(0.25)


def test_names_of_version_3_are_known(normalize: Normalize) -> None:
    [span] = normalize({"ai.usage.promptTokens": 4, "ai.usage.completionTokens": 2})
    assert (span[semconv.INPUT_TOKENS], span[semconv.OUTPUT_TOKENS]) == (4, 2)


def test_vectors_go_with_the_originals(normalize: Normalize) -> None:
    attributes = {"ai.operationId": "ai.embed.doEmbed", "ai.embeddings": ["[0.1]"]}
    [span] = normalize(attributes, remove_originals=True)
    assert "ai.embeddings" not in span


def test_captured_spans_of_version_7_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("vercel/version_7.json", renamed("vercel_ai_7"))
