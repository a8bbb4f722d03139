"""Logfire's names become current ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]


def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("logfire/spans.json", renamed("logfire"))


def test_the_raw_usage_tells_cache_and_reasoning(normalize: Normalize) -> None:
    raw = '{"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{}}'
    [span] = normalize({"gen_ai.usage.raw": raw, semconv.INPUT_TOKENS: 9})
    assert span[semconv.CACHE_READ_TOKENS] == 3
    assert span[semconv.INPUT_TOKENS] == 9
    assert semconv.REASONING_TOKENS not in span


def test_request_data_of_others_is_not_read(normalize: Normalize) -> None:
    spans = normalize({"request_data": '{"model": "m"}'}, scope="requests")
    assert semconv.REQUEST_MODEL not in spans[0]
