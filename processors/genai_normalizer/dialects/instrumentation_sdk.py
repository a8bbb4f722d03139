"""instrumentation-sdk: `llm.<field>` for each field of its span, on scope `instrumentation-sdk`.

Source: instrumentation-sdk 1.8. Names as common as `llm.model` are read on its own spans only. It
computes a cost in millionths of a dollar, and 0 where it has no price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanloom.processors.genai_normalizer.convert import (
    MILLISECONDS,
    TEXT,
    TOKENS,
    Conversion,
    to_text,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, Rename
from spanloom.processors.genai_normalizer.messages import INPUT, OUTPUT
from spanloom.processors.genai_normalizer.values import finish_reasons, provider_name
from spanloom.semconv import (
    CONVERSATION_ID,
    FINISH_REASONS,
    INPUT_MESSAGES,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_MESSAGES,
    OUTPUT_TOKENS,
    PROVIDER,
    REQUEST_MODEL,
    TIME_TO_FIRST_CHUNK,
)

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

_COST = "llm.cost_usd_micro"
_MICRO = 1e6


def _provider(value: Any) -> str | None:
    """`langchain:openai` is openai."""
    text = to_text(value)
    return None if text is None else provider_name(text.rpartition(":")[2])


def _reason(value: Any) -> list[str] | None:
    """`stop`, or as its protobuf has it, `FINISH_REASON_STOP`."""
    text = to_text(value)
    if text is None:
        return None
    word = text.removeprefix("FINISH_REASON_")
    return finish_reasons(word if word == text else word.lower())


def _calls_and_costs(items: Items) -> None:
    """Spans with a model are calls; what they cost is told in dollars, as others do."""
    items.put_constant(OPERATION, "chat", items.rows & items.present(REQUEST_MODEL))
    if _COST in items.keys:
        micro = items.column(_COST).floats()
        items.put("gen_ai.usage.cost", micro / _MICRO, items.rows & (micro > 0))


DIALECT = Dialect(
    name="instrumentation_sdk",
    scopes=("instrumentation-sdk",),
    keys=(_COST, "llm.price_version", "llm.latency_ms_ttft"),
    rules=(
        Rename("llm.model", REQUEST_MODEL, TEXT, scoped=True),
        Rename("llm.provider", PROVIDER, Conversion(_provider), scoped=True),
        Rename("llm.prompt_tokens", INPUT_TOKENS, TOKENS, scoped=True),
        Rename("llm.completion_tokens", OUTPUT_TOKENS, TOKENS, scoped=True),
        Rename("llm.latency_ms_ttft", TIME_TO_FIRST_CHUNK, MILLISECONDS),
        Rename("llm.finish_reason", FINISH_REASONS, Conversion(_reason), scoped=True),
        Rename("llm.session_id", CONVERSATION_ID, TEXT, scoped=True),
        Rename("llm.user_id", "user.id", TEXT, scoped=True),
        Rename("llm.prompt", INPUT_MESSAGES, INPUT, scoped=True),
        Rename("llm.response_content", OUTPUT_MESSAGES, OUTPUT, scoped=True),
        Rename("llm.completion", OUTPUT_MESSAGES, OUTPUT, scoped=True),
    ),
    refine=_calls_and_costs,
    order=90,
)
