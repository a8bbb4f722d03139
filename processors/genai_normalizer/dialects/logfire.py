"""Logfire: the conventions' names, with the rest of the usage in the provider's own JSON.

Source: spans of logfire 4 (`instrument_openai`, `instrument_anthropic`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanloom.processors.genai_normalizer.apply import matching
from spanloom.processors.genai_normalizer.convert import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    TEXT,
    TOKENS,
    Conversion,
    json_fields,
    nested,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, Explode, Match
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

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

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
    "stream": ("gen_ai.request.stream", BOOLEAN),
    "temperature": ("gen_ai.request.temperature", NUMBER),
    "top_p": ("gen_ai.request.top_p", NUMBER),
    "max_tokens": ("gen_ai.request.max_tokens", INTEGER),
    "seed": ("gen_ai.request.seed", INTEGER),
    "service_tier": (SERVICE_TIER_REQUESTED, TEXT),
}

_TEMPLATE = "logfire.msg_template"
_STREAMED = Match(
    _TEMPLATE, ("streaming response from {request_data[model]!r} took {duration:.2f}s",)
)


def _reasons(value: Any) -> list[str] | None:
    messages = nested(value)
    return finish_reasons_of(messages) if isinstance(messages, list) else None


def _tell_streams(items: Items) -> None:
    """What a stream answered stands on a span of its own, with the reasons in its messages."""
    streamed = matching(items, (_STREAMED,))
    if streamed is None:
        return
    streamed &= items.rows
    items.put_constant("gen_ai.request.stream", value=True, where=streamed)
    if OUTPUT_MESSAGES in items.keys:
        answers = items.column(OUTPUT_MESSAGES)
        items.put_converted(FINISH_REASONS, answers, Conversion(_reasons), streamed)


DIALECT = Dialect(
    name="logfire",
    scopes=("logfire.*",),
    keys=(_TEMPLATE,),
    rules=(
        Explode("gen_ai.usage.raw", json_fields(_RAW)),
        Explode("request_data", json_fields(_REQUEST), scoped=True),
    ),
    refine=_tell_streams,
)
