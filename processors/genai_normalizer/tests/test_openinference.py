"""OpenInference's names become current ones."""

from __future__ import annotations

import json
from typing import Any

from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.testing import build_traces, make_settings
from spanloom.testing.builders import key_values


def normalized(attributes: dict[str, Any]) -> Traces:
    request = build_traces(1)
    scope = request.resource_spans[0].scope_spans[0]
    del scope.spans[0].attributes[:]
    scope.spans[0].attributes.extend(key_values(attributes))
    processor = GenaiNormalizer(Config(), make_settings())
    batch = processor.process(Traces.from_message(request))
    assert isinstance(batch, Traces)
    return batch


def test_messages_keep_text_and_tool_calls() -> None:
    prefix = "llm.output_messages.0.message."
    batch = normalized(
        {
            "openinference.span.kind": "LLM",
            prefix + "role": "assistant",
            prefix + "content": "I look.",
            prefix + "tool_calls.0.tool_call.id": "c1",
            prefix + "tool_calls.0.tool_call.function.name": "find",
            prefix + "tool_calls.0.tool_call.function.arguments": '{"q": 1}',
        }
    )
    assert json.loads(batch.attribute("gen_ai.output.messages").strings()[0]) == [
        {
            "role": "assistant",
            "parts": [
                {"type": "text", "content": "I look."},
                {"type": "tool_call", "name": "find", "id": "c1", "arguments": {"q": 1}},
            ],
        }
    ]


def test_the_usage_of_a_chain_is_aggregated() -> None:
    batch = normalized({"openinference.span.kind": "CHAIN", "llm.token_count.prompt": 7})
    assert batch.attribute("gen_ai.aggregated_usage.input_tokens").ints().tolist() == [7]
    assert not batch.attribute("gen_ai.usage.input_tokens").present.any()
