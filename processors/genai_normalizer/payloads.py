"""Facts inside whole requests, responses and usage objects of model APIs, as some libraries
send them in one attribute: OpenAI's chat and Responses interfaces, Anthropic's, LangChain's.

Readers for `Explode`: value -> {current name: value}, None where it is no such object.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from spanloom.processors.genai_normalizer.convert import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRINGS,
    TEXT,
    Conversion,
    json_fields,
    nested,
    to_json,
    to_strings,
    to_tokens,
)
from spanloom.processors.genai_normalizer.messages import tool_definitions
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    FINISH_REASONS,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    REASONING_TOKENS,
    REQUEST_MODEL,
    RESPONSE_ID,
    RESPONSE_MODEL,
    SERVICE_TIER,
)

# Characters of a dict in Python's notation that is worth reading; usage takes some 300.
_LITERAL_CHARS_MAX = 4096
_INPUT = ("prompt_tokens", "input_tokens", "promptTokens", "inputTokens")
_OUTPUT = ("completion_tokens", "output_tokens", "completionTokens", "outputTokens")
_INPUT_DETAILS = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
_OUTPUT_DETAILS = ("completion_tokens_details", "output_tokens_details", "output_token_details")
_READ = ("cached_tokens", "cache_read", "cache_read_tokens")
_WRITTEN = ("cache_write_tokens", "cache_creation_tokens", "cache_creation", "cache_write")
_REASONING = ("reasoning_tokens", "reasoning")

REQUEST_FIELDS = {
    "model": (REQUEST_MODEL, TEXT),
    "temperature": ("gen_ai.request.temperature", NUMBER),
    "top_p": ("gen_ai.request.top_p", NUMBER),
    "top_k": ("gen_ai.request.top_k", INTEGER),
    "max_completion_tokens": ("gen_ai.request.max_tokens", INTEGER),
    "max_output_tokens": ("gen_ai.request.max_tokens", INTEGER),
    "max_tokens": ("gen_ai.request.max_tokens", INTEGER),
    "frequency_penalty": ("gen_ai.request.frequency_penalty", NUMBER),
    "presence_penalty": ("gen_ai.request.presence_penalty", NUMBER),
    "seed": ("gen_ai.request.seed", INTEGER),
    "n": ("gen_ai.request.choice.count", INTEGER),
    "stream": ("gen_ai.request.stream", BOOLEAN),
    "stop": ("gen_ai.request.stop_sequences", STRINGS),
    "stop_sequences": ("gen_ai.request.stop_sequences", STRINGS),
    "reasoning_effort": ("gen_ai.request.reasoning.level", TEXT),
    "reasoning.effort": ("gen_ai.request.reasoning.level", TEXT),
}
"""Parameters of a request -> (current name, conversion), for `json_fields`."""

request_fields = json_fields(REQUEST_FIELDS)
"""The model and the parameters of a whole request."""


def literal(value: Any) -> Any:
    """Lists and dicts from JSON text, or from Python's notation of them; None for others."""
    found = nested(value)
    if found is None and isinstance(value, str) and value[:1] == "{":
        try:
            found = ast.literal_eval(value) if len(value) <= _LITERAL_CHARS_MAX else None
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return found if isinstance(found, list | dict) else None


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    """The count under the first of the names that has one."""
    counts = (to_tokens(fields[name]) for name in names if name in fields)
    return next((count for count in counts if count is not None), None)


def _inner(fields: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
    found = next((fields[name] for name in names if isinstance(fields.get(name), dict)), None)
    return found or {}


def usage_fields(value: Any) -> dict[str, Any] | None:
    """The counts of a usage object, in any of the interfaces' shapes.

    Anthropic's own stands out by `cache_*_input_tokens` beside the input tokens, which do not
    include them; all others include what their details tell.
    """
    usage = literal(value)
    if not isinstance(usage, dict):
        return None
    read, written = _first(usage, ("cache_read_input_tokens",)), _written(usage)
    if _inner(usage, _INPUT_DETAILS):
        details = _inner(usage, _INPUT_DETAILS)
        counted = _first(usage, _INPUT)
        read, written = _first(details, _READ), _first(details, _WRITTEN)
    else:
        counted = _first(usage, _INPUT)
        counted = None if counted is None else to_tokens(counted + (read or 0) + (written or 0))
    counts = {
        INPUT_TOKENS: counted,
        OUTPUT_TOKENS: _first(usage, _OUTPUT),
        CACHE_READ_TOKENS: read,
        CACHE_WRITE_TOKENS: written,
        REASONING_TOKENS: _first(_inner(usage, _OUTPUT_DETAILS), _REASONING),
    }
    return {name: count for name, count in counts.items() if count is not None}


def _written(usage: Mapping[str, Any]) -> int | None:
    return _first(usage, ("cache_creation_input_tokens",))


def included_usage_fields(value: Any) -> dict[str, Any] | None:
    """The same, where the input tokens are known to include what the cache read and wrote."""
    usage, counts = literal(value), usage_fields(value)
    counted = _first(usage, _INPUT) if isinstance(usage, dict) else None
    return counts if not counts or counted is None else {**counts, INPUT_TOKENS: counted}


def response_fields(value: Any) -> dict[str, Any] | None:
    """Id, model, finish reasons, service tier and usage of a whole response."""
    response = nested(value)
    if not isinstance(response, dict):
        return None
    found: dict[str, Any] = {}
    texts = (("id", RESPONSE_ID), ("model", RESPONSE_MODEL), ("service_tier", SERVICE_TIER))
    for field, name in texts:
        if isinstance(response.get(field), str):
            found[name] = response[field]
    reasons = _finish_reasons(response)
    if reasons:
        found[FINISH_REASONS] = reasons
    usage = response.get("usage") or response.get("usage_metadata")
    return {**found, **(usage_fields(usage) or {})}


def _finish_reasons(response: Mapping[str, Any]) -> list[str] | None:
    choices = response.get("choices")
    if isinstance(choices, list):
        return to_strings([c.get("finish_reason") for c in choices if isinstance(c, dict)])
    return to_strings(response.get("stop_reason"))


def _tools(value: Any) -> str | None:
    request = nested(value)
    tools = request.get("tools") if isinstance(request, dict) else None
    found = tool_definitions(tools) if isinstance(tools, list) else None
    return to_json(found) if found else None


TOOLS_OF_REQUEST = Conversion(_tools)
"""The tool definitions of a whole request."""
