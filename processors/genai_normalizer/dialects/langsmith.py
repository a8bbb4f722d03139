"""LangSmith's exporter to OpenTelemetry.

Source: spans of langsmith 0.15. Whole requests and responses stand in `gen_ai.prompt` and
`gen_ai.completion`; details of usage in Python's notation of a dict, or as JSON in the metadata.
"""

from __future__ import annotations

from typing import Any

from spanloom.processors.genai_normalizer.convert import BOOLEAN, NUMBER, TEXT, one_of
from spanloom.processors.genai_normalizer.dialect import Dialect, Explode, Match, Rename
from spanloom.processors.genai_normalizer.messages import INPUT, OUTPUT
from spanloom.processors.genai_normalizer.payloads import (
    TOOLS_OF_REQUEST,
    included_usage_fields,
    literal,
    request_fields,
    response_fields,
    usage_fields,
)
from spanloom.processors.genai_normalizer.values import PROVIDER_NAME
from spanloom.semconv import (
    CONVERSATION_ID,
    INPUT_MESSAGES,
    OPERATION,
    OUTPUT_MESSAGES,
    PROVIDER,
    REQUEST_MODEL,
    SERVICE_TIER,
    TOOL_DEFINITIONS,
)

_KIND = "langsmith.span.kind"
_METADATA = "langsmith.metadata."
_LLM = Match(_KIND, ("llm",))
_TOOL = Match(_KIND, ("tool",))
_KINDS = {
    "llm": "chat",
    "embedding": "embeddings",
    "retriever": "retrieval",
    "tool": "execute_tool",
}


def _details(side: str) -> Any:
    """A reader of `{'cache_read': 1}`, which is a part of a usage object."""

    def read(value: Any) -> dict[str, Any] | None:
        details = literal(value)
        return usage_fields({side: details}) if isinstance(details, dict) else None

    return read


DIALECT = Dialect(
    name="langsmith",
    scopes=("langsmith", "langsmith.*"),
    keys=(_KIND,),
    rules=(
        Rename(_KIND, OPERATION, one_of(_KINDS)),
        Rename(_METADATA + "ls_provider", PROVIDER, PROVIDER_NAME),
        Rename(_METADATA + "ls_model_name", REQUEST_MODEL, TEXT),
        Rename(_METADATA + "ls_temperature", "gen_ai.request.temperature", NUMBER),
        Explode(_METADATA + "usage_metadata", included_usage_fields, when=_LLM),
        Explode("gen_ai.usage.input_token_details", _details("input_token_details")),
        Explode("gen_ai.usage.output_token_details", _details("output_token_details")),
        Rename("langsmith.request.streaming", "gen_ai.request.stream", BOOLEAN),
        Explode("gen_ai.prompt", request_fields, scoped=True, when=_LLM),
        Explode("gen_ai.completion", response_fields, scoped=True, when=_LLM),
        Rename("gen_ai.prompt", INPUT_MESSAGES, INPUT, scoped=True, when=_LLM),
        Rename("gen_ai.completion", OUTPUT_MESSAGES, OUTPUT, scoped=True, when=_LLM),
        Rename("gen_ai.prompt", TOOL_DEFINITIONS, TOOLS_OF_REQUEST, scoped=True, when=_LLM),
        Rename("gen_ai.prompt", "gen_ai.tool.call.arguments", scoped=True, when=_TOOL),
        Rename("gen_ai.completion", "gen_ai.tool.call.result", scoped=True, when=_TOOL),
        Rename("gen_ai.response.service_tier", SERVICE_TIER, TEXT),
        Rename("gen_ai.response.system_fingerprint", "openai.response.system_fingerprint", TEXT),
        Rename(_METADATA + "session_id", CONVERSATION_ID, TEXT),
        Rename(_METADATA + "thread_id", CONVERSATION_ID, TEXT),
        Rename(_METADATA + "user_id", "user.id", TEXT),
    ),
    wrappers=(Match(_KIND, ("chain", "tool", "prompt", "parser", "retriever")),),
    drops=("gen_ai.usage.total_tokens", "langsmith.metadata.LANGSMITH_*"),
)
