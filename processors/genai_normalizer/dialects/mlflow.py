"""MLflow's tracing, sent as OTLP: every attribute is JSON, the plain strings too.

Source: spans of mlflow-skinny 3.17. Whole requests and responses stand in `mlflow.spanInputs` and
`mlflow.spanOutputs`; `mlflow.chat.tokenUsage` includes what caches read and wrote.
"""

from __future__ import annotations

from typing import Any

from spanloom.processors.genai_normalizer.convert import TEXT, Conversion, one_of, to_text
from spanloom.processors.genai_normalizer.dialect import Dialect, Explode, Match, Rename
from spanloom.processors.genai_normalizer.messages import INPUT, OUTPUT, TOOLS
from spanloom.processors.genai_normalizer.payloads import (
    included_usage_fields,
    request_fields,
    response_fields,
)
from spanloom.processors.genai_normalizer.values import provider_name
from spanloom.semconv import (
    CONVERSATION_ID,
    INPUT_MESSAGES,
    OPERATION,
    OUTPUT_MESSAGES,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    TOOL_DEFINITIONS,
)

_TYPE = "mlflow.spanType"
_INPUTS, _OUTPUTS = "mlflow.spanInputs", "mlflow.spanOutputs"
_OPERATIONS = {
    "CHAT_MODEL": "chat",
    "LLM": "chat",
    "EMBEDDING": "embeddings",
    "RETRIEVER": "retrieval",
    "RERANKER": "rerank",
    "TOOL": "execute_tool",
    "AGENT": "invoke_agent",
    "WORKFLOW": "invoke_workflow",
}
_PROVIDER_FORMATS = ("openai", "anthropic", "groq", "mistral")
_WRAPPERS = ("CHAIN", "AGENT", "TOOL", "WORKFLOW", "TASK", "PARSER", "GUARDRAIL", "EVALUATOR")


def _quoted(*types: str) -> tuple[str, ...]:
    """Span types as they come, and without the quotes of JSON."""
    return (*types, *(f'"{name}"' for name in types))


_CALL = Match(_TYPE, _quoted("CHAT_MODEL", "LLM"))
_MODEL = Match(_TYPE, _quoted("CHAT_MODEL", "LLM", "EMBEDDING"))
_TOOL = Match(_TYPE, _quoted("TOOL"))


def _format(value: Any) -> str | None:
    """The provider, where the format of messages is that of one."""
    name = to_text(value)
    return provider_name(name) if name in _PROVIDER_FORMATS else None


DIALECT = Dialect(
    name="mlflow",
    scopes=("mlflow.*",),
    keys=(_TYPE, "mlflow.traceRequestId"),
    rules=(
        Rename(_TYPE, OPERATION, one_of({f'"{k}"': v for k, v in _OPERATIONS.items()})),
        Rename(_TYPE, OPERATION, one_of(_OPERATIONS)),
        Rename("mlflow.llm.provider", PROVIDER, Conversion(provider_name)),
        Rename("mlflow.message.format", PROVIDER, Conversion(_format)),
        Rename("model", REQUEST_MODEL, TEXT, scoped=True),
        Rename("mlflow.llm.model", RESPONSE_MODEL, TEXT),
        Explode("mlflow.chat.tokenUsage", included_usage_fields),
        Rename("mlflow.chat.tools", TOOL_DEFINITIONS, TOOLS),
        Explode(_INPUTS, request_fields, when=_MODEL),
        Explode(_OUTPUTS, response_fields, when=_MODEL),
        Rename(_INPUTS, INPUT_MESSAGES, INPUT, when=_CALL),
        Rename(_OUTPUTS, OUTPUT_MESSAGES, OUTPUT, when=_CALL),
        Rename("mlflow.spanFunctionName", "gen_ai.tool.name", TEXT, when=_TOOL),
        Rename(_INPUTS, "gen_ai.tool.call.arguments", when=_TOOL),
        Rename(_OUTPUTS, "gen_ai.tool.call.result", when=_TOOL),
        Rename("session.id", CONVERSATION_ID, TEXT, scoped=True),
    ),
    wrappers=(Match(_TYPE, _quoted(*_WRAPPERS)),),
    first_chunk_events=("mlflow.chunk.item.0",),
)
