"""llama.cpp: spans of whoever instruments its server under its name.

Source: tools/server of ggml-org/llama.cpp. The server itself sends no OTLP. Its Prometheus metrics
(`llamacpp:*`) are counters and gauges of means, for which the conventions have no counterpart:
they stay as they are. Its responses hold `timings`, whose names its wrappers copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.processors.genai_normalizer.canonical import TIME_IN_DECODE, TIME_IN_PREFILL
from spanloom.processors.genai_normalizer.convert import MILLISECONDS, TEXT, TOKENS
from spanloom.processors.genai_normalizer.dialect import Dialect, Rename
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


def _name_calls(items: Items) -> None:
    """What predicted tokens is a completion: prompts reach the server as text, or became it."""
    items.put_constant(OPERATION, "text_completion", items.rows & items.present(OUTPUT_TOKENS))


DIALECT = Dialect(
    name="llama_cpp",
    scopes=("llama.cpp*", "llama_cpp*", "llamacpp*", "llama-server*"),
    rules=(
        Rename("model", REQUEST_MODEL, TEXT, scoped=True),
        Rename("tokens_evaluated", INPUT_TOKENS, TOKENS, scoped=True),
        Rename("tokens_predicted", OUTPUT_TOKENS, TOKENS, scoped=True),
        Rename("tokens_cached", CACHE_READ_TOKENS, TOKENS, scoped=True),
        Rename("timings.prompt_n", INPUT_TOKENS, TOKENS, scoped=True),
        Rename("timings.predicted_n", OUTPUT_TOKENS, TOKENS, scoped=True),
        Rename("timings.prompt_ms", TIME_IN_PREFILL, MILLISECONDS, scoped=True),
        Rename("timings.predicted_ms", TIME_IN_DECODE, MILLISECONDS, scoped=True),
    ),
    defaults={PROVIDER: "llama_cpp"},
    refine=_name_calls,
)
