"""Spans of SGLang's server, built as its source has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]
SCOPE = "sglang server"
REQUEST = {
    "rid": "5f1c2a9e",
    "module": "sglang::tokenizer",
    "gen_ai.usage.completion_tokens": 64,
    "gen_ai.usage.prompt_tokens": 120,
    "gen_ai.usage.cached_tokens": 96,
    "gen_ai.request.id": "5f1c2a9e",
    "gen_ai.request.max_tokens": 64,
    "gen_ai.request.top_k": 50,
    "gen_ai.response.model": "qwen2.5-32b",
    "gen_ai.response.finish_reasons": '["length"]',
    "gen_ai.latency.time_to_first_token": 0.5,
    "gen_ai.latency.e2e": 1.0,
    "gen_ai.latency.time_in_model_decode": 0.5,
    "gen_ai.latency.time_in_model_inference": 0.9,
    "gen_ai.latency.time_in_model_prefill": 0.4,
}
THREAD = {"host_id": "a" * 16, "pid": 7, "thread_label": "Scheduler", "tp_rank": 0}


def test_a_request_and_a_thread_are_as_the_golden_file(
    normalize: Normalize, golden: Callable[[str, Any], None]
) -> None:
    golden("sglang/spans.json", normalize(REQUEST, THREAD, scope=SCOPE, remove_originals=True))


def test_it_is_not_taken_for_vllm_whose_names_it_uses(normalize: Normalize) -> None:
    (span,) = normalize(REQUEST, scope=SCOPE)
    assert span[semconv.PROVIDER] == "sglang"


def test_threads_are_no_calls(normalize: Normalize) -> None:
    _, thread = normalize(REQUEST, THREAD, scope=SCOPE)
    assert thread == THREAD


def test_a_request_without_output_is_an_embedding(normalize: Normalize) -> None:
    (span,) = normalize({"rid": "1", "gen_ai.usage.prompt_tokens": 5}, scope=SCOPE)
    assert span[semconv.OPERATION] == "embeddings"
