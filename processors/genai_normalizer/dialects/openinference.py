"""OpenInference (Arize Phoenix and others).

Source: its semantic conventions 0.1.42, and spans of openinference-instrumentation-openai.
"""

from __future__ import annotations

from typing import Any

from spanloom.processors.genai_normalizer.convert import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRINGS,
    TEXT,
    TOKENS,
    always,
    json_fields,
    nested,
    one_of,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, Explode, Indexed, Match, Rename
from spanloom.processors.genai_normalizer.messages import (
    INPUT,
    OUTPUT,
    answer_messages,
    chat_messages,
    tool_definitions,
)
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
    SERVICE_TIER,
    SERVICE_TIER_REQUESTED,
    TOOL_DEFINITIONS,
)

_KIND = "openinference.span.kind"
_COUNT = "llm.token_count."
_LLM = Match(_KIND, ("LLM",))
_TOOL = Match(_KIND, ("TOOL",))
_KINDS = {
    "LLM": "chat",
    "EMBEDDING": "embeddings",
    "RETRIEVER": "retrieval",
    "RERANKER": "rerank",
    "TOOL": "execute_tool",
    "AGENT": "invoke_agent",
}
_PARAMETERS = {
    "model": (REQUEST_MODEL, TEXT),
    "temperature": ("gen_ai.request.temperature", NUMBER),
    "top_p": ("gen_ai.request.top_p", NUMBER),
    "top_k": ("gen_ai.request.top_k", INTEGER),
    "max_tokens": ("gen_ai.request.max_tokens", INTEGER),
    "max_completion_tokens": ("gen_ai.request.max_tokens", INTEGER),
    "max_output_tokens": ("gen_ai.request.max_tokens", INTEGER),
    "frequency_penalty": ("gen_ai.request.frequency_penalty", NUMBER),
    "presence_penalty": ("gen_ai.request.presence_penalty", NUMBER),
    "seed": ("gen_ai.request.seed", INTEGER),
    "n": ("gen_ai.request.choice.count", INTEGER),
    "stream": ("gen_ai.request.stream", BOOLEAN),
    "stop": ("gen_ai.request.stop_sequences", STRINGS),
    "stop_sequences": ("gen_ai.request.stop_sequences", STRINGS),
    "reasoning_effort": ("gen_ai.request.reasoning.level", TEXT),
    "reasoning.effort": ("gen_ai.request.reasoning.level", TEXT),
    "service_tier": (SERVICE_TIER_REQUESTED, TEXT),
    "encoding_format": ("gen_ai.request.encoding_formats", STRINGS),
    "dimensions": ("gen_ai.embeddings.dimension.count", INTEGER),
}


# No attribute has these; the response as a whole does.
_RESPONSE = {
    "id": (RESPONSE_ID, TEXT),
    "service_tier": (SERVICE_TIER, TEXT),
    "system_fingerprint": ("openai.response.system_fingerprint", TEXT),
}


def _prompt_variables(value: Any) -> dict[str, Any] | None:
    variables = nested(value)
    if not isinstance(variables, dict):
        return None
    texts = {name: variable for name, variable in variables.items() if isinstance(variable, str)}
    return {f"gen_ai.prompt.variable.{name}": text for name, text in texts.items()}


def _prompts(entries: list[Any]) -> list[Any] | None:
    """Of the text completion API: {"prompt": {"text"}}, {"completion": {"text"}}."""
    texts = [e.get("prompt", e.get("completion")) for e in entries if isinstance(e, dict)]
    return chat_messages(texts)


def _documents(entries: list[Any]) -> list[Any] | None:
    return [e.get("document", e) for e in entries if isinstance(e, dict)] or None


DIALECT = Dialect(
    name="openinference",
    scopes=("openinference.*",),
    keys=(_KIND,),
    rules=(
        Rename("llm.prompts.0.prompt.text", OPERATION, always("text_completion")),
        Rename(_KIND, OPERATION, one_of(_KINDS)),
        Rename("llm.provider", PROVIDER, PROVIDER_NAME),
        Rename("llm.system", PROVIDER, PROVIDER_NAME),
        Rename("llm.request.model_name", REQUEST_MODEL),
        Explode("llm.invocation_parameters", json_fields(_PARAMETERS)),
        Explode("embedding.invocation_parameters", json_fields(_PARAMETERS)),
        Rename("embedding.model_name", REQUEST_MODEL),
        Rename("reranker.model_name", REQUEST_MODEL),
        # The OpenAI instrumentation writes the response's model here.
        Rename("llm.response.model_name", RESPONSE_MODEL),
        Rename("llm.model_name", RESPONSE_MODEL),
        Rename(_COUNT + "prompt", INPUT_TOKENS, TOKENS),
        Rename(_COUNT + "completion", OUTPUT_TOKENS, TOKENS),
        Rename(_COUNT + "prompt_details.cache_read", CACHE_READ_TOKENS, TOKENS),
        Rename(_COUNT + "prompt_details.cache_input", CACHE_READ_TOKENS, TOKENS),
        Rename(_COUNT + "prompt_details.cache_write", CACHE_WRITE_TOKENS, TOKENS),
        Rename(_COUNT + "completion_details.reasoning", REASONING_TOKENS, TOKENS),
        Rename(_COUNT + "prompt_details.audio", "gen_ai.usage.audio.input_tokens", TOKENS),
        Rename(_COUNT + "completion_details.audio", "gen_ai.usage.audio.output_tokens", TOKENS),
        Explode("output.value", json_fields(_RESPONSE), scoped=True, when=_LLM, holds_more=True),
        Rename("llm.finish_reason", FINISH_REASONS, FINISH_REASONS_ENUM),
        Indexed("llm.input_messages.", INPUT_MESSAGES, chat_messages),
        Indexed("llm.prompts.", INPUT_MESSAGES, _prompts, scoped=True),
        Indexed("llm.output_messages.", OUTPUT_MESSAGES, answer_messages),
        Indexed("llm.tools.", TOOL_DEFINITIONS, tool_definitions),
        Rename("input.value", INPUT_MESSAGES, INPUT, scoped=True, when=_LLM),
        Rename("output.value", OUTPUT_MESSAGES, OUTPUT, scoped=True, when=_LLM),
        Rename("tool.name", "gen_ai.tool.name", scoped=True),
        Rename("tool.description", "gen_ai.tool.description", scoped=True),
        Rename("tool.id", "gen_ai.tool.call.id", scoped=True),
        Rename("tool_call.id", "gen_ai.tool.call.id", scoped=True),
        Rename("tool_call.function.arguments", "gen_ai.tool.call.arguments", scoped=True),
        Rename("input.value", "gen_ai.tool.call.arguments", scoped=True, when=_TOOL),
        Rename("output.value", "gen_ai.tool.call.result", scoped=True, when=_TOOL),
        Indexed("retrieval.documents.", "gen_ai.retrieval.documents", _documents),
        Rename("agent.name", "gen_ai.agent.name", scoped=True),
        Rename("session.id", CONVERSATION_ID, TEXT, scoped=True),
        Rename("llm.prompt_template.version", "gen_ai.prompt.version", TEXT),
        Explode("llm.prompt_template.variables", _prompt_variables),
    ),
    wrappers=(
        Match(_KIND, ("CHAIN", "AGENT", "TOOL", "GUARDRAIL", "EVALUATOR", "PROMPT", "DECISION")),
    ),
    first_chunk_events=("First Token Stream Event",),
    chunk_events=("First Token Stream Event",),
    drops=("llm.token_count.total", "embedding.embeddings.*"),
    duplicates={"input.value": INPUT_MESSAGES, "output.value": OUTPUT_MESSAGES},
)
