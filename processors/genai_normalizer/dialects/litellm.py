"""LiteLLM's OpenTelemetry callback, both in its own names and with the newer conventions.

Source: spans, logs and metrics of litellm 1.106. Its usage object follows OpenAI's shape for every
provider (input includes caches) and comes in Python's notation of a dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanloom.processors.genai_normalizer.convert import Conversion, nested, one_of, to_json
from spanloom.processors.genai_normalizer.dialect import (
    Dialect,
    Explode,
    MetricRule,
    Rename,
    Repair,
)
from spanloom.processors.genai_normalizer.messages import chat_messages
from spanloom.processors.genai_normalizer.payloads import included_usage_fields
from spanloom.processors.genai_normalizer.pieces import distinct
from spanloom.processors.genai_normalizer.values import provider_name
from spanloom.semconv import (
    INPUT_MESSAGES,
    OPERATION,
    OUTPUT_MESSAGES,
    PROVIDER,
)

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

_ROUTE = "litellm.provider.model"
# Fields of messages that the conventions' schema has not.
_BESIDE_PARTS = ('"tool_calls"', '"tool_call_id"')
_CALL = "gen_ai.completion.0.function_call."
_OPERATIONS = {
    "completion": "chat",
    "acompletion": "chat",
    "responses": "chat",
    "aresponses": "chat",
    "anthropic_messages": "chat",
    "embedding": "embeddings",
    "aembedding": "embeddings",
    "text_completion": "text_completion",
    "atext_completion": "text_completion",
    "rerank": "rerank",
    "arerank": "rerank",
}


def _routed_provider(value: Any) -> str | None:
    """The provider of `openai/gpt-5-mini`; a bare model has none."""
    route, slash, _ = value.partition("/") if isinstance(value, str) else ("", "", "")
    return provider_name(route) if slash else None


def _repaired(value: Any) -> str | None:
    """Messages whose tool calls stand beside their parts, as the schema has them."""
    if not isinstance(value, str) or not any(field in value for field in _BESIDE_PARTS):
        return None
    found = nested(value)
    messages = chat_messages(found) if isinstance(found, list) else None
    return to_json(messages) if messages else None


def _refine(items: Items) -> None:
    """Mend what stands under current names, but says nothing there."""
    _add_call(items)
    if PROVIDER in items.keys and _ROUTE in items.keys:
        _add_provider(items)


def _add_provider(items: Items) -> None:
    """The provider that it leaves empty (of embeddings), from the model's route."""
    empty, routes = items.column(PROVIDER), items.column(_ROUTE)
    where = items.rows & np.array([not v for v in empty.values] + [False])[empty.codes]
    if where.any():
        values, codes, known = distinct(
            [_routed_provider(route) for route in routes.values], routes.codes, where
        )
        items.batch.set_attribute(PROVIDER, values, codes=codes, where=known)


def _add_call(items: Items) -> None:
    """The tool call of an answer, which LiteLLM leaves out of the messages of the answer."""
    keys = (OUTPUT_MESSAGES, _CALL + "name", _CALL + "arguments")
    if not items.keys >= set(keys):
        return
    columns = [items.column(key) for key in keys]
    where = items.rows & np.all([column.codes >= 0 for column in columns], axis=0)
    codes = np.stack([column.codes for column in columns], axis=1)[where]
    triples, numbers = np.unique(codes, axis=0, return_inverse=True)
    texts = [column.values for column in columns]
    mended = [
        _with_call(*(values[code] for values, code in zip(texts, triple, strict=True)))
        for triple in triples.tolist()
    ]
    spread = np.full(len(where), -1, np.int32)
    spread[where] = numbers.reshape(-1)
    values, kept, changed = distinct(mended, spread, where)
    if changed.any():
        items.batch.set_attribute(OUTPUT_MESSAGES, values, codes=kept, where=changed)


def _with_call(answer: str, name: str, arguments: str) -> str | None:
    """The answer's messages with the call; None where they have parts already."""
    messages = nested(answer)
    if not isinstance(messages, list) or len(messages) != 1 or not isinstance(messages[0], dict):
        return None
    if messages[0].get("parts"):
        return None
    call = {"name": name, "arguments": arguments}
    return to_json(chat_messages([{**messages[0], "tool_calls": [call]}], "assistant"))


DIALECT = Dialect(
    name="litellm",
    scopes=("litellm", "litellm.*"),
    keys=("litellm.*",),
    rules=(
        Rename("llm.request.type", OPERATION, one_of(_OPERATIONS), scoped=True),
        Rename(_ROUTE, PROVIDER, Conversion(_routed_provider)),
        Explode("metadata.usage_object", included_usage_fields, scoped=True),
        Repair(INPUT_MESSAGES, _repaired),
        Repair(OUTPUT_MESSAGES, _repaired),
    ),
    drops=("hidden_params", "metadata.*", "gen_ai.usage.total_tokens"),
    # Measured before the provider, by its client.
    metrics=(
        MetricRule(
            "gen_ai.server.time_to_first_token", "gen_ai.client.operation.time_to_first_chunk"
        ),
        MetricRule(
            "gen_ai.server.time_per_output_token", "gen_ai.client.operation.time_per_output_chunk"
        ),
    ),
    event_name_key="event_name",
    refine=_refine,
)
