"""Logfire: the conventions' names, with the rest of the usage in the provider's own JSON.

Source: spans of logfire 4 (`instrument_openai`, `instrument_anthropic`).
"""

from __future__ import annotations

from spanloom.processors.genai_normalizer.convert import (
    AS_IS,
    INTEGER,
    NUMBER,
    TEXT,
    TOKENS,
    json_fields,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, Explode
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    REASONING_TOKENS,
    REQUEST_MODEL,
    SERVICE_TIER_REQUESTED,
)

_RAW = {
    "prompt_tokens_details.cached_tokens": (CACHE_READ_TOKENS, TOKENS),
    "input_tokens_details.cached_tokens": (CACHE_READ_TOKENS, TOKENS),
    "cache_read_input_tokens": (CACHE_READ_TOKENS, TOKENS),
    "cache_creation_input_tokens": (CACHE_WRITE_TOKENS, TOKENS),
    "completion_tokens_details.reasoning_tokens": (REASONING_TOKENS, TOKENS),
    "output_tokens_details.reasoning_tokens": (REASONING_TOKENS, TOKENS),
}
_REQUEST = {
    "model": (REQUEST_MODEL, TEXT),
    "stream": ("gen_ai.request.stream", AS_IS),
    "temperature": ("gen_ai.request.temperature", NUMBER),
    "top_p": ("gen_ai.request.top_p", NUMBER),
    "max_tokens": ("gen_ai.request.max_tokens", INTEGER),
    "seed": ("gen_ai.request.seed", INTEGER),
    "service_tier": (SERVICE_TIER_REQUESTED, TEXT),
}

DIALECT = Dialect(
    name="logfire",
    scopes=("logfire.*",),
    keys=("logfire.msg_template",),
    rules=(
        Explode("gen_ai.usage.raw", json_fields(_RAW)),
        Explode("request_data", json_fields(_REQUEST), scoped=True),
    ),
)
