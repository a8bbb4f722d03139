"""Langfuse's SDK.

Source: spans of langfuse 5.0; its documentation of usage types: counts under `input`, `output`
and names that begin so are parts of a whole, while those of the model interfaces' own names keep
their meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.convert import (
    TEXT,
    Conversion,
    always,
    json_fields,
    nested,
    one_of,
    to_text,
    to_tokens,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, Explode, Match, Moment, Rename
from spanloom.processors.genai_normalizer.messages import INPUT, OUTPUT
from spanloom.processors.genai_normalizer.payloads import (
    REQUEST_FIELDS,
    TOOLS_OF_REQUEST,
    usage_fields,
)
from spanloom.processors.genai_normalizer.values import FINISH_REASONS_ENUM
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
    RESPONSE_ID,
    RESPONSE_MODEL,
    TIME_TO_FIRST_CHUNK,
    TOOL_DEFINITIONS,
)

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

_OBSERVATION = "langfuse.observation."
_TYPE = _OBSERVATION + "type"
_INPUT, _OUTPUT = _OBSERVATION + "input", _OBSERVATION + "output"
_GENERATION = Match(_TYPE, ("generation",))
_TOOL = Match(_TYPE, ("tool",))
_TYPES = {
    "generation": "chat",
    "embedding": "embeddings",
    "retriever": "retrieval",
    "tool": "execute_tool",
    "agent": "invoke_agent",
}
_READ = ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "input_cached")
_WRITTEN = ("input_cache_creation", "cache_creation_input_tokens", "input_cache_write")
_REASONING = ("output_reasoning_tokens", "output_reasoning", "reasoning")
# The names that its wrapper of the OpenAI SDK gives to spans.
_OPENAI_NAMES = ("OpenAI-generation", "OpenAI-embedding")


def _usage(value: Any) -> dict[str, Any] | None:
    usage = nested(value)
    if not isinstance(usage, dict):
        return None
    counts = {name: n for name, v in usage.items() if (n := to_tokens(v)) is not None}
    if not {"input", "output"} & counts.keys():
        return usage_fields(usage)
    caches = ("cache_read_input_tokens", "cache_creation_input_tokens")
    found = {
        INPUT_TOKENS: _whole(counts, "input", caches),
        OUTPUT_TOKENS: _whole(counts, "output", ("reasoning",)),
        CACHE_READ_TOKENS: next((counts[name] for name in _READ if name in counts), None),
        CACHE_WRITE_TOKENS: next((counts[name] for name in _WRITTEN if name in counts), None),
        REASONING_TOKENS: next((counts[name] for name in _REASONING if name in counts), None),
    }
    return {name: count for name, count in found.items() if count is not None}


def _whole(counts: dict[str, int], side: str, others: tuple[str, ...]) -> int | None:
    """The sum of the side's parts; None without the part that bears its name."""
    if side not in counts:
        return None
    return sum(n for name, n in counts.items() if name.startswith(side) or name in others)


def _answer(value: Any) -> str | None:
    """The output: a message, an item of the Responses interface, a list of them, or text."""
    found = nested(value)
    if isinstance(found, dict) and found.get("type") in ("function_call", "message"):
        found = [found]
    text: str | None = OUTPUT.convert(value if found is None else found)
    return text


def _response_id(value: Any) -> str | None:
    """The metadata of a response; a user's own `id` does not look so."""
    text = to_text(value)
    return text if text is not None and text.startswith(("resp_", "chatcmpl-")) else None


def _provider(items: Items) -> None:
    batch = items.batch
    if isinstance(batch, Traces):
        names = batch.name
        wanted = np.array([name in _OPENAI_NAMES for name in names.values] + [False])
        items.put_constant(PROVIDER, "openai", items.rows & wanted[names.codes])


DIALECT = Dialect(
    name="langfuse",
    scopes=("langfuse-sdk",),
    keys=(_TYPE,),
    rules=(
        Rename(_TYPE, OPERATION, one_of(_TYPES)),
        Rename(_OBSERVATION + "model.name", RESPONSE_MODEL, TEXT),
        Explode(_OBSERVATION + "model.parameters", json_fields(REQUEST_FIELDS)),
        Explode(_OBSERVATION + "usage_details", _usage),
        Moment(_OBSERVATION + "completion_start_time", TIME_TO_FIRST_CHUNK),
        Rename(
            _OBSERVATION + "completion_start_time", "gen_ai.request.stream", always(result=True)
        ),
        Rename(_OBSERVATION + "metadata.finish_reason", FINISH_REASONS, FINISH_REASONS_ENUM),
        Rename(_OBSERVATION + "metadata.id", RESPONSE_ID, Conversion(_response_id)),
        Rename(_INPUT, INPUT_MESSAGES, INPUT, when=_GENERATION),
        Rename(_OUTPUT, OUTPUT_MESSAGES, Conversion(_answer), when=_GENERATION),
        Rename(_INPUT, TOOL_DEFINITIONS, TOOLS_OF_REQUEST, when=_GENERATION),
        Rename(_INPUT, "gen_ai.tool.call.arguments", when=_TOOL),
        Rename(_OUTPUT, "gen_ai.tool.call.result", when=_TOOL),
        Rename(_OBSERVATION + "prompt.name", "gen_ai.prompt.name", TEXT),
        Rename(_OBSERVATION + "prompt.version", "gen_ai.prompt.version", TEXT),
        Rename("session.id", CONVERSATION_ID, TEXT, scoped=True),
    ),
    wrappers=(Match(_TYPE, ("span", "agent", "tool", "chain", "evaluator", "guardrail", "event")),),
    refine=_provider,
)
