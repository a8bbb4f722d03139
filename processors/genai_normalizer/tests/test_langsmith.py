"""LangSmith's runs become calls and wrappers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]


def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("langsmith/spans.json", renamed("langsmith"))


def test_details_of_usage_in_pythons_notation_are_read(normalize: Normalize) -> None:
    (span,) = normalize(
        {
            "langsmith.span.kind": "llm",
            "gen_ai.usage.input_token_details": "{'audio': 0, 'cache_read': 3}",
            "gen_ai.usage.output_token_details": "{'reasoning': 2}",
        }
    )
    assert span[semconv.CACHE_READ_TOKENS] == 3
    assert span[semconv.REASONING_TOKENS] == 2


def test_what_is_no_literal_is_left_as_it_is(normalize: Normalize) -> None:
    details = "{'cache_read': __import__('os').getpid()}"
    (span,) = normalize({"langsmith.span.kind": "llm", "gen_ai.usage.input_token_details": details})
    assert semconv.CACHE_READ_TOKENS not in span
    assert span["gen_ai.usage.input_token_details"] == details


def test_a_chain_keeps_what_went_in_and_out(normalize: Normalize) -> None:
    (span,) = normalize({"langsmith.span.kind": "chain", "gen_ai.usage.input_tokens": 7})
    assert span["gen_ai.aggregated_usage.input_tokens"] == 7


def test_a_tools_run_is_no_call_of_a_model(normalize: Normalize) -> None:
    (span,) = normalize({"langsmith.span.kind": "tool", "gen_ai.prompt": '{"city": "Paris"}'})
    assert span[semconv.OPERATION] == "execute_tool"
    assert span["gen_ai.tool.call.arguments"] == '{"city": "Paris"}'
