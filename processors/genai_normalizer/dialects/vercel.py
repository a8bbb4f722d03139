"""Vercel AI SDK, versions 3 to 7.

Source: spans of `ai` 6.0 and of 7.0 with `@ai-sdk/otel`. Before 7, each call has an outer span
(`ai.generateText`), which sums over its steps, and an inner one per step
(`ai.generateText.doGenerate`), which is the call of the model.
"""

from __future__ import annotations

from typing import Any

from spanloom.processors.genai_normalizer.convert import (
    AS_IS,
    INTEGER,
    MILLISECONDS,
    NUMBER,
    STRINGS,
    TEXT,
    TOKENS,
    nested,
    one_of,
)
from spanloom.processors.genai_normalizer.dialect import (
    Dialect,
    FromEvent,
    Gather,
    Match,
    Rename,
    Repair,
)
from spanloom.processors.genai_normalizer.messages import INPUT, TOOLS, answer_messages
from spanloom.processors.genai_normalizer.values import FINISH_REASONS_ENUM, PROVIDER_NAME
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    CONVERSATION_ID,
    FINISH_REASONS,
    INPUT_MESSAGES,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_MESSAGES,
    OUTPUT_TOKENS,
    PROVIDER,
    REASONING_TOKENS,
    REQUEST_MODEL,
    RESPONSE_ID,
    RESPONSE_MODEL,
    TIME_TO_FIRST_CHUNK,
    TOOL_DEFINITIONS,
)

_OPERATION_ID = "ai.operationId"
_GENERATORS = ("generateText", "streamText", "generateObject", "streamObject")
_INNER = {
    "ai.generateText.doGenerate": "chat",
    "ai.streamText.doStream": "chat",
    "ai.generateObject.doGenerate": "chat",
    "ai.streamObject.doStream": "chat",
    "ai.embed.doEmbed": "embeddings",
    "ai.embedMany.doEmbed": "embeddings",
    "ai.rerank.doRerank": "rerank",
    "ai.toolCall": "execute_tool",
}
_OUTER = (*(f"ai.{name}" for name in (*_GENERATORS, "embed", "embedMany", "rerank")), "ai.toolCall")
_STREAMS = {"ai.streamText.doStream": True, "ai.streamObject.doStream": True}
_RESPONSE = "ai.response."
_TEXT, _CALLS = _RESPONSE + "text", _RESPONSE + "toolCalls"
_OBJECT, _REASONING = _RESPONSE + "object", _RESPONSE + "reasoning"


def _answer(fields: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The model's message from the attributes that hold its parts."""
    message = {
        "role": "assistant",
        "reasoning": fields.get(_REASONING),
        "content": fields.get(_TEXT) or fields.get(_OBJECT),
        "tool_calls": nested(fields.get(_CALLS)),
    }
    messages = answer_messages([message])
    return messages if messages and messages[0]["parts"] else None


def _with_parameters(value: Any) -> str | None:
    """Definitions of version 7, whose parameters have the library's name."""
    if not isinstance(value, str) or '"inputSchema"' not in value:
        return None
    definitions: str | None = TOOLS.convert(value)
    return definitions


def _settings(name: str, new: str, conversion: Any) -> Rename:
    return Rename(f"ai.settings.{name}", f"gen_ai.request.{new}", conversion)


DIALECT = Dialect(
    name="vercel",
    # Version 7 has the conventions' names on a scope of its own.
    scopes=("ai", "gen_ai"),
    keys=(_OPERATION_ID,),
    rules=(
        Rename(_OPERATION_ID, OPERATION, one_of(_INNER)),
        Rename(_OPERATION_ID, "gen_ai.request.stream", one_of(_STREAMS)),
        Rename("ai.model.id", REQUEST_MODEL),
        Rename("ai.model.provider", PROVIDER, PROVIDER_NAME),
        _settings("maxOutputTokens", "max_tokens", INTEGER),
        _settings("maxTokens", "max_tokens", INTEGER),
        _settings("temperature", "temperature", NUMBER),
        _settings("topP", "top_p", NUMBER),
        _settings("topK", "top_k", INTEGER),
        _settings("frequencyPenalty", "frequency_penalty", NUMBER),
        _settings("presencePenalty", "presence_penalty", NUMBER),
        _settings("stopSequences", "stop_sequences", STRINGS),
        _settings("seed", "seed", INTEGER),
        Rename("ai.usage.inputTokens", INPUT_TOKENS, TOKENS),
        Rename("ai.usage.promptTokens", INPUT_TOKENS, TOKENS),
        Rename("ai.usage.tokens", INPUT_TOKENS, TOKENS),
        Rename("ai.usage.outputTokens", OUTPUT_TOKENS, TOKENS),
        Rename("ai.usage.completionTokens", OUTPUT_TOKENS, TOKENS),
        Rename("ai.usage.inputTokenDetails.cacheReadTokens", CACHE_READ_TOKENS, TOKENS),
        Rename("ai.usage.cachedInputTokens", CACHE_READ_TOKENS, TOKENS),
        Rename("ai.usage.inputTokenDetails.cacheWriteTokens", CACHE_WRITE_TOKENS, TOKENS),
        Rename("ai.usage.outputTokenDetails.reasoningTokens", REASONING_TOKENS, TOKENS),
        Rename("ai.usage.reasoningTokens", REASONING_TOKENS, TOKENS),
        Rename("ai.response.id", RESPONSE_ID),
        Rename("ai.response.model", RESPONSE_MODEL),
        Rename("ai.response.finishReason", FINISH_REASONS, FINISH_REASONS_ENUM),
        Rename("ai.response.msToFirstChunk", TIME_TO_FIRST_CHUNK, MILLISECONDS),
        FromEvent(
            "ai.stream.firstChunk", "ai.response.msToFirstChunk", TIME_TO_FIRST_CHUNK, MILLISECONDS
        ),
        Repair(TOOL_DEFINITIONS, _with_parameters),
        Rename("ai.prompt.messages", INPUT_MESSAGES, INPUT),
        Rename("ai.prompt", INPUT_MESSAGES, INPUT),
        Gather((_REASONING, _TEXT, _OBJECT, _CALLS), OUTPUT_MESSAGES, _answer),
        Rename("ai.prompt.tools", TOOL_DEFINITIONS, TOOLS),
        Rename("ai.toolCall.name", "gen_ai.tool.name"),
        Rename("ai.toolCall.id", "gen_ai.tool.call.id"),
        Rename("ai.toolCall.args", "gen_ai.tool.call.arguments", AS_IS),
        Rename("ai.toolCall.result", "gen_ai.tool.call.result", AS_IS),
        Rename("ai.telemetry.metadata.userId", "user.id", TEXT),
        Rename("ai.telemetry.metadata.sessionId", CONVERSATION_ID, TEXT),
    ),
    wrappers=(Match(_OPERATION_ID, _OUTER),),
    first_chunk_events=("ai.stream.firstChunk",),
    chunk_events=("ai.stream.firstChunk",),
    drops=("ai.embedding", "ai.embeddings", "ai.usage.totalTokens", "ai.request.headers.*"),
)
