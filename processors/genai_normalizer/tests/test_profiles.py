"""Older targets."""

from __future__ import annotations

from typing import Any

import pytest


def test_1_30_has_the_old_names_and_values(normalize: Any) -> None:
    [span] = normalize(
        {
            "gen_ai.provider.name": "az.ai.openai",
            "gen_ai.usage.cache_write.input_tokens": 3,
            "openai.response.service_tier": "flex",
            "gen_ai.output.type": "json",
        },
        target="semconv-1.30",
    )
    assert span == {
        "gen_ai.system": "az.ai.openai",
        "gen_ai.usage.cache_creation.input_tokens": 3,
        "gen_ai.openai.response.service_tier": "flex",
        "gen_ai.openai.request.response_format": "json_object",
    }


def test_1_37_has_the_provider_and_cache_creation(normalize: Any) -> None:
    [span] = normalize(
        {"gen_ai.system": "xai", "gen_ai.usage.cache_write.input_tokens": 3},
        target="semconv-1.37",
        remove_originals=True,
    )
    assert span.pop("gen_ai.normalized.from") == "semconv_old"
    assert span == {
        "gen_ai.provider.name": "x_ai",
        "gen_ai.usage.cache_creation.input_tokens": 3,
    }


@pytest.mark.parametrize("target", ["semconv-1.30", "semconv-1.37", "genai-2026-11"])
def test_spans_of_older_conventions_can_be_brought_to_any_target(
    normalize: Any, target: str
) -> None:
    [span] = normalize({"gen_ai.system": "OpenAI", "gen_ai.usage.prompt_tokens": 4}, target=target)
    key = "gen_ai.system" if target == "semconv-1.30" else "gen_ai.provider.name"
    assert span[key] == "openai"
    assert span["gen_ai.usage.input_tokens"] == 4
