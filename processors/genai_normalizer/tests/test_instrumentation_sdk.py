"""Spans of instrumentation-sdk, built as its source has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]
SCOPE = "instrumentation-sdk"
SPAN = {
    "llm.span_id": "0b6f9a52-6f0e-4a55-8f6a-0f1f0f6c5d11",
    "llm.status": "success",
    "llm.pii_detected": False,
    "llm.injection_attempt": False,
    "llm.is_sampled": True,
    "llm.model": "gpt-4o",
    "llm.provider": "openai",
    "llm.prompt_tokens": 512,
    "llm.completion_tokens": 128,
    "llm.finish_reason": "tool_calls",
    "llm.response_content": "P95 is a percentile.",
    "llm.latency_ms_ttft": 180,
    "llm.latency_ms_total": 850,
    "llm.cost_usd_micro": 14500,
    "llm.price_version": "2026-01-01",
    "llm.session_id": "session-9",
    "llm.user_id": "user-7",
}


def test_a_call_is_as_the_golden_file(
    normalize: Normalize, golden: Callable[[str, Any], None]
) -> None:
    golden("instrumentation_sdk/spans.json", normalize(SPAN, scope=SCOPE, remove_originals=True))


def test_its_names_mean_nothing_elsewhere(normalize: Normalize) -> None:
    attributes = {"llm.model": "gpt-4o", "llm.provider": "openai", "llm.prompt_tokens": 512}
    (span,) = normalize(attributes, scope="another.library")
    assert semconv.REQUEST_MODEL not in span
    assert semconv.INPUT_TOKENS not in span


def test_a_cost_of_nothing_is_no_cost(normalize: Normalize) -> None:
    (span,) = normalize({**SPAN, "llm.cost_usd_micro": 0}, scope=SCOPE)
    assert "gen_ai.usage.cost" not in span


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("FINISH_REASON_STOP", ["stop"]), ("max_tokens", ["length"]), ("cache_hit", ["cache_hit"])],
)
def test_reasons_come_as_words_and_as_its_protobuf_has_them(
    normalize: Normalize, reason: str, expected: list[str]
) -> None:
    (span,) = normalize({**SPAN, "llm.finish_reason": reason}, scope=SCOPE)
    assert span.get(semconv.FINISH_REASONS) == expected


def test_a_provider_behind_a_framework_is_the_provider(normalize: Normalize) -> None:
    (span,) = normalize({**SPAN, "llm.provider": "langchain:openai"}, scope=SCOPE)
    assert span[semconv.PROVIDER] == "openai"
