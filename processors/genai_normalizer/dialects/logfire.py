"""Logfire: the conventions' names, with the rest of the usage in the provider's own JSON.

Source: spans of logfire 4 (`instrument_openai`, `instrument_anthropic`).
"""

from __future__ import annotations

from typing import Any

from spanloom.processors.genai_normalizer.convert import (
    AS_IS,
    INTEGER,
    NUMBER,
    TEXT,
    TOKENS,
    Conversion,
    always,
    json_fields,
    nested,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, Explode, Match, Rename
from spanloom.processors.genai_normalizer.messages import finish_reasons_of
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    FINISH_REASONS,
    OUTPUT_MESSAGES,
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

_TEMPLATE = "logfire.msg_template"
# Of the span that tells what a stream answered.
_STREAMED = Match(
    _TEMPLATE, ("streaming response from {request_data[model]!r} took {duration:.2f}s",)
)


def _reasons(value: Any) -> list[str] | None:
    """Of a stream they stand in the messages alone."""
    messages = nested(value)
    return finish_reasons_of(messages) if isinstance(messages, list) else None


DIALECT = Dialect(
    name="logfire",
    scopes=("logfire.*",),
    keys=(_TEMPLATE,),
    rules=(
        Explode("gen_ai.usage.raw", json_fields(_RAW)),
        Explode("request_data", json_fields(_REQUEST), scoped=True),
        Rename(_TEMPLATE, "gen_ai.request.stream", always(result=True), when=_STREAMED),
        Rename(OUTPUT_MESSAGES, FINISH_REASONS, Conversion(_reasons), when=_STREAMED),
    ),
)
