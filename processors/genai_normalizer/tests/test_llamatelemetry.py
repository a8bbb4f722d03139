"""Every generation of llamatelemetry, built as its source at each tag has them."""

from __future__ import annotations

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
GENERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "0.1": (
        "my-service",
        "llm.inference",
        {
            "llm.system": "llamatelemetry",
            "llm.model": "gemma-3-4b",
            "llm.input.tokens": 12,
            "llm.output.tokens": 34,
            "llm.latency_ms": 500.0,
            "llm.tokens_per_sec": 68.0,
            "gpu.id": "0",
            "nccl.split_mode": "none",
        },
    ),
    "1.0": (
        "llamatelemetry.instrumentor",
        "llm.chat",
        {
            "http.method": "POST",
            "llamacpp.endpoint": "/v1/chat/completions",
            "llm.system": "llamatelemetry",
            "llm.message_count": 2,
            "llm.max_tokens": 64,
            "llm.temperature": 0.5,
            "llm.stream": False,
            "llm.input.tokens": 12,
            "llm.output.tokens": 34,
            "llm.total_tokens": 46,
            "llm.prompt_ms": 25.0,
            "llm.generation_ms": 500.0,
            "llm.model": "gemma-3-4b",
            "llm.finish_reason": "stop",
        },
    ),
    "1.1": (
        "llamatelemetry.llama",
        "llm.request",
        {
            "llm.system": "llamatelemetry",
            "llm.model": "gemma-3-4b",
            "llm.stream": True,
            "llm.input.tokens": 12,
            "llm.output.tokens": 34,
            "llm.tokens.total": 46,
            "gen_ai.system": "llama_cpp",
            "gen_ai.request.model": "gemma-3-4b",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.usage.output_tokens": 34,
            "request.id": "r-1",
        },
    ),
    "2.0": (
        "llamatelemetry",
        "chat gemma-3-4b",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "llama_cpp",
            "gen_ai.request.model": "gemma-3-4b",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.usage.output_tokens": 34,
            "gen_ai.response.finish_reasons": ["stop"],
        },
    ),
}


def normalized(generation: str) -> dict[str, Any]:
    scope_name, name, attributes = GENERATIONS[generation]
    request = build_traces(1)
    scope = request.resource_spans[0].scope_spans[0]
    scope.scope.name = scope_name
    scope.spans[0].name = name
    del scope.spans[0].attributes[:]
    scope.spans[0].attributes.extend(key_values(attributes))
    batch = GenaiNormalizer(Config(), make_settings()).process(Traces.from_message(request))
    keys = [key for key in batch.keys() if key.startswith("gen_ai.")]  # noqa: SIM118
    return {key: batch.attribute(key).objects()[0] for key in sorted(keys)}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_call_is_as_the_golden_file(generation: str, golden: Callable[[str, Any], None]) -> None:
    golden(f"llamatelemetry/{generation}.json", normalized(generation))


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_generation_tells_the_same_facts(generation: str) -> None:
    span = normalized(generation)
    assert span[semconv.OPERATION] == "chat"
    assert span[semconv.PROVIDER] == "llama_cpp"
    assert span[semconv.REQUEST_MODEL] == "gemma-3-4b"
    assert (span[semconv.INPUT_TOKENS], span[semconv.OUTPUT_TOKENS]) == (12, 34)


def test_a_phase_of_a_request_does_not_count_its_tokens_again(normalize: Normalize) -> None:
    (phase,) = normalize(
        {"llm.phase": "prefill", "llm.input.tokens": 12}, scope="llamatelemetry.llama"
    )
    assert semconv.INPUT_TOKENS not in phase
    assert phase["gen_ai.aggregated_usage.input_tokens"] == 12
