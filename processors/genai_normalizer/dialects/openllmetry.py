"""OpenLLMetry (Traceloop), before and after it took over most names of the conventions.

Source: spans of opentelemetry-instrumentation-openai 0.40 and 0.62, opentelemetry-semantic-
conventions-ai. What it shares with older conventions (`gen_ai.system`) is in `semconv_old`.
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
    one_of,
    server_of_url,
)
from spanloom.processors.genai_normalizer.dialect import (
    Dialect,
    Explode,
    Indexed,
    Match,
    MetricRule,
    Rename,
    Repair,
)
from spanloom.processors.genai_normalizer.messages import (
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
    RESPONSE_MODEL,
    TOOL_DEFINITIONS,
)

_KIND = "traceloop.span.kind"
_ENTITY = "traceloop.entity."
_PROPERTIES = "traceloop.association.properties."
_TOOL = Match(_KIND, ("tool",))
_AGENT = Match(_KIND, ("agent",))
# The names of its packages; others of OpenTelemetry itself share the beginning.
_PACKAGES = (
    *("openai", "openai.*", "anthropic", "cohere", "mistralai", "ollama", "groq", "bedrock"),
    *("google_generativeai", "vertexai", "replicate", "together", "watsonx", "writer"),
    *("transformers", "sagemaker", "alephalpha", "langchain", "llamaindex", "crewai", "agno"),
    *("haystack", "openai_agents", "voyageai"),
)
# `rerank` is a model of its own, so it does not become `retrieval`, which calls none.
_OPERATIONS = {
    "chat": "chat",
    "completion": "text_completion",
    "embedding": "embeddings",
    "rerank": "rerank",
}
_KINDS = {"workflow": "invoke_workflow", "agent": "invoke_agent", "tool": "execute_tool"}
_CHUNKS = ("llm.content.completion.chunk", "gen_ai.content.completion.chunk")
_FINGERPRINT = "openai.response.system_fingerprint"


def _host(value: Any) -> str | None:
    server = server_of_url(value)
    return None if server is None else str(server["server.address"])


DIALECT = Dialect(
    name="openllmetry",
    scopes=("traceloop.*", *(f"opentelemetry.instrumentation.{name}" for name in _PACKAGES)),
    keys=("traceloop.*", "llm.request.type", "llm.is_streaming", "gen_ai.is_streaming"),
    rules=(
        Rename("llm.request.type", OPERATION, one_of(_OPERATIONS)),
        Rename(_KIND, OPERATION, one_of(_KINDS)),
        Rename("llm.vendor", PROVIDER, PROVIDER_NAME),
        Rename("llm.request.model", REQUEST_MODEL),
        Rename("llm.response.model", RESPONSE_MODEL),
        Rename("llm.usage.prompt_tokens", INPUT_TOKENS, TOKENS),
        Rename("llm.usage.completion_tokens", OUTPUT_TOKENS, TOKENS),
        Rename("gen_ai.usage.cache_read_input_tokens", CACHE_READ_TOKENS, TOKENS),
        Rename("gen_ai.usage.cache_creation_input_tokens", CACHE_WRITE_TOKENS, TOKENS),
        Rename("gen_ai.usage.reasoning_tokens", REASONING_TOKENS, TOKENS),
        Rename("llm.usage.reasoning_tokens", REASONING_TOKENS, TOKENS),
        Rename("gen_ai.is_streaming", "gen_ai.request.stream", BOOLEAN),
        Rename("llm.is_streaming", "gen_ai.request.stream", BOOLEAN),
        Rename("llm.request.max_tokens", "gen_ai.request.max_tokens", INTEGER),
        Rename("gen_ai.request.max_completion_tokens", "gen_ai.request.max_tokens", INTEGER),
        Rename("gen_ai.request.n", "gen_ai.request.choice.count", INTEGER),
        Rename("llm.request.temperature", "gen_ai.request.temperature", NUMBER),
        Rename("llm.request.top_p", "gen_ai.request.top_p", NUMBER),
        Rename("llm.top_k", "gen_ai.request.top_k", INTEGER),
        Rename("llm.frequency_penalty", "gen_ai.request.frequency_penalty", NUMBER),
        Rename("llm.presence_penalty", "gen_ai.request.presence_penalty", NUMBER),
        Rename("llm.chat.stop_sequences", "gen_ai.request.stop_sequences", STRINGS),
        Rename("gen_ai.request.reasoning_effort", "gen_ai.request.reasoning.level", TEXT),
        Rename("llm.request.reasoning_effort", "gen_ai.request.reasoning.level", TEXT),
        Rename("gen_ai.user", "user.id", TEXT),
        Rename("llm.user", "user.id", TEXT),
        Rename("gen_ai.openai.system_fingerprint", _FINGERPRINT, TEXT),
        Explode("gen_ai.openai.api_base", server_of_url),
        # On metrics the address is a URL.
        Explode("server.address", server_of_url, scoped=True),
        Repair("server.address", _host),
        Indexed("gen_ai.prompt.", INPUT_MESSAGES, chat_messages),
        Indexed("llm.prompts.", INPUT_MESSAGES, chat_messages),
        Indexed("gen_ai.completion.", OUTPUT_MESSAGES, answer_messages),
        Indexed("llm.completions.", OUTPUT_MESSAGES, answer_messages),
        Indexed("llm.request.functions.", TOOL_DEFINITIONS, tool_definitions),
        Rename("gen_ai.response.finish_reason", FINISH_REASONS, FINISH_REASONS_ENUM),
        Rename("llm.response.finish_reason", FINISH_REASONS, FINISH_REASONS_ENUM),
        Rename("gen_ai.response.stop_reason", FINISH_REASONS, FINISH_REASONS_ENUM),
        Rename("llm.response.stop_reason", FINISH_REASONS, FINISH_REASONS_ENUM),
        Rename("traceloop.workflow.name", "gen_ai.workflow.name"),
        Rename(_ENTITY + "name", "gen_ai.tool.name", when=_TOOL),
        Rename(_ENTITY + "input", "gen_ai.tool.call.arguments", when=_TOOL),
        Rename(_ENTITY + "output", "gen_ai.tool.call.result", when=_TOOL),
        Rename(_ENTITY + "name", "gen_ai.agent.name", when=_AGENT),
        Rename(_PROPERTIES + "user_id", "user.id", TEXT),
        Rename(_PROPERTIES + "session_id", CONVERSATION_ID, TEXT),
    ),
    wrappers=(Match(_KIND, ("workflow", "task", "agent", "tool")),),
    first_chunk_events=_CHUNKS,
    chunk_events=_CHUNKS,
    drops=("llm.usage.total_tokens", "gen_ai.usage.total_tokens", "llm.headers", "gen_ai.headers"),
    metrics=(
        MetricRule(
            "gen_ai.server.time_to_first_token", "gen_ai.client.operation.time_to_first_chunk"
        ),
    ),
)
