"""The types that the conventions give to their keys (R3), whoever wrote them."""

from __future__ import annotations

from spanloom.processors.genai_normalizer.convert import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRINGS,
    TOKENS,
    Conversion,
)
from spanloom.processors.genai_normalizer.values import FINISH_REASONS_ENUM, PROVIDER_NAME
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    ERROR_TYPE,
    FINISH_REASONS,
    INPUT_MESSAGES,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_MESSAGES,
    OUTPUT_TOKENS,
    PROVIDER,
    REASONING_TOKENS,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    SERVICE_TIER,
    SYSTEM_INSTRUCTIONS,
    TIME_PER_OUTPUT_CHUNK,
    TIME_TO_FIRST_CHUNK,
    TOOL_DEFINITIONS,
)

NORMALIZED_FROM = "gen_ai.normalized.from"
"""Ours: the dialects, in order, comma-separated, that a span's names came from."""

TIME_IN_QUEUE = "gen_ai.latency.time_in_queue"
TIME_IN_PREFILL = "gen_ai.latency.time_in_model_prefill"
TIME_IN_DECODE = "gen_ai.latency.time_in_model_decode"

_SECONDS = (
    *(TIME_TO_FIRST_CHUNK, TIME_PER_OUTPUT_CHUNK),
    *(TIME_IN_QUEUE, TIME_IN_PREFILL, TIME_IN_DECODE),
)
_TOKEN_KEYS = (
    *(INPUT_TOKENS, OUTPUT_TOKENS, CACHE_READ_TOKENS, CACHE_WRITE_TOKENS, REASONING_TOKENS),
    "gen_ai.usage.text.input_tokens",
    "gen_ai.usage.text.output_tokens",
    "gen_ai.usage.image.input_tokens",
    "gen_ai.usage.image.output_tokens",
    "gen_ai.usage.audio.input_tokens",
    "gen_ai.usage.audio.output_tokens",
)
_INTEGERS = ("max_tokens", "choice.count", "seed", "top_k")
_NUMBERS = ("temperature", "top_p", "frequency_penalty", "presence_penalty")

TYPES: dict[str, Conversion] = {
    **dict.fromkeys(_TOKEN_KEYS, TOKENS),
    **dict.fromkeys(_SECONDS, NUMBER),
    **{f"gen_ai.request.{name}": INTEGER for name in _INTEGERS},
    **{f"gen_ai.request.{name}": NUMBER for name in _NUMBERS},
    "gen_ai.request.stream": BOOLEAN,
    "gen_ai.request.stop_sequences": STRINGS,
    "gen_ai.request.encoding_formats": STRINGS,
    "server.port": INTEGER,
    PROVIDER: PROVIDER_NAME,
    FINISH_REASONS: FINISH_REASONS_ENUM,
}
"""Current key -> the conversion that its values must survive unchanged."""

POINT_KEYS = frozenset(
    {
        *(OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_MODEL, ERROR_TYPE, SERVICE_TIER),
        *("openai.response.system_fingerprint", "server.address", "server.port"),
        *("hw.id", "hw.name"),
    }
)
"""The attributes that the conventions give to data points."""

MESSAGE_KEYS = frozenset({INPUT_MESSAGES, OUTPUT_MESSAGES, SYSTEM_INSTRUCTIONS, TOOL_DEFINITIONS})
"""What holds content."""
