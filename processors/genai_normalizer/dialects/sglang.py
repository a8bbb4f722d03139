"""SGLang: spans of the server, and its metrics as a Prometheus receiver brings them.

Source: sglang/srt/tracing and sglang/srt/observability of 0.5. The names of its spans' attributes
are those of vLLM, whose rules read them. Only the span of a whole request (`Req <id>`) has usage;
those of its phases and of scheduler threads have none and stay without operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.processors.genai_normalizer.convert import TEXT, TOKENS
from spanloom.processors.genai_normalizer.dialect import Dialect, MetricRule, Rename
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_TOKENS,
    PROVIDER,
    REQUEST_MODEL,
)

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

_METRICS = {
    "time_to_first_token_seconds": "gen_ai.server.time_to_first_token",
    "inter_token_latency_seconds": "gen_ai.server.time_per_output_token",
    "time_per_output_token_seconds": "gen_ai.server.time_per_output_token",
    "e2e_request_latency_seconds": "gen_ai.server.request.duration",
}


def _name_calls(items: Items) -> None:
    """Requests are what has usage; those that put nothing out embed."""
    calls = items.rows & items.present(INPUT_TOKENS)
    answered = items.present("gen_ai.usage.completion_tokens")
    items.put_constant(OPERATION, "chat", calls & (answered | items.present(OUTPUT_TOKENS)))
    items.put_constant(OPERATION, "embeddings", calls)
    items.put_constant(PROVIDER, "sglang", calls)


DIALECT = Dialect(
    name="sglang",
    scopes=("sglang*",),
    rules=(
        Rename("gen_ai.usage.cached_tokens", CACHE_READ_TOKENS, TOKENS),
        Rename("gen_ai.usage.prompt_tokens", INPUT_TOKENS, TOKENS, scoped=True),
        Rename("model_name", REQUEST_MODEL, TEXT, scoped=True),
    ),
    metrics=tuple(MetricRule(f"sglang:{old}", new, "s") for old, new in _METRICS.items()),
    refine=_name_calls,
)
