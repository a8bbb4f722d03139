"""llamatelemetry, all generations.

Source: waqasm86/llamatelemetry. 0.1 and 1.0 write names of their own (`llm.input.tokens`), 1.1
both those and older conventions, 1.2 and 2.0 current names. Spans of phases inside a request
repeat its counts, and pipelines (`llamatelemetry.pipeline`) name a model without calling it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.canonical import TIME_IN_DECODE, TIME_IN_PREFILL
from spanloom.processors.genai_normalizer.convert import (
    BOOLEAN,
    INTEGER,
    MILLISECONDS,
    NUMBER,
    TEXT,
    TOKENS,
    always,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, Match, MetricRule, Rename
from spanloom.processors.genai_normalizer.messages import INPUT, OUTPUT
from spanloom.processors.genai_normalizer.pieces import distinct
from spanloom.processors.genai_normalizer.values import FINISH_REASONS_ENUM
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
    RESPONSE_ID,
)

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

_OWN = Match("llm.system", ("llamatelemetry",))
_PHASES = ("prefill", "decode")
_MIB = 1_048_576.0
# Names of spans; `llm.inference` and `llm.request` complete a prompt as often as they chat.
_OPERATIONS = {
    "llm.inference": "chat",
    "llm.request": "chat",
    "llm.chat": "chat",
    "llm.completion": "text_completion",
    "llm.embed": "embeddings",
}


def _name_operations(items: Items) -> None:
    batch = items.batch
    if isinstance(batch, Traces):
        names = batch.name
        values, codes, where = distinct(
            [_OPERATIONS.get(_numberless(name)) for name in names.values], names.codes, items.rows
        )
        items.put(OPERATION, values, where, codes)


def _numberless(name: str) -> str:
    """`llm.inference.3` is one of a batch."""
    head, _, tail = name.rpartition(".")
    return head if tail.isdecimal() else name


DIALECT = Dialect(
    name="llamatelemetry",
    scopes=("llamatelemetry*",),
    keys=("llamatelemetry.*", "llamacpp.endpoint", "llm.input.tokens", "llm.output.tokens"),
    rules=(
        # Before OpenInference, to which `llm.system` is the provider.
        Rename("llm.system", PROVIDER, always("llama_cpp"), when=_OWN),
        Rename("llm.model", REQUEST_MODEL, TEXT, scoped=True),
        Rename("llm.input.tokens", INPUT_TOKENS, TOKENS),
        Rename("llm.output.tokens", OUTPUT_TOKENS, TOKENS),
        Rename("llm.finish_reason", FINISH_REASONS, FINISH_REASONS_ENUM, scoped=True),
        Rename("llm.stream", "gen_ai.request.stream", BOOLEAN, scoped=True),
        Rename("llm.max_tokens", "gen_ai.request.max_tokens", INTEGER, scoped=True),
        Rename("llm.temperature", "gen_ai.request.temperature", NUMBER, scoped=True),
        Rename("llm.top_p", "gen_ai.request.top_p", NUMBER, scoped=True),
        Rename("llm.top_k", "gen_ai.request.top_k", INTEGER, scoped=True),
        Rename("llm.prompt_ms", TIME_IN_PREFILL, MILLISECONDS),
        Rename("llm.generation_ms", TIME_IN_DECODE, MILLISECONDS),
        Rename("llm.prompt", INPUT_MESSAGES, INPUT, scoped=True),
        Rename("llm.output", OUTPUT_MESSAGES, OUTPUT, scoped=True),
        Rename("request.id", RESPONSE_ID, TEXT, scoped=True),
        Rename("session.id", CONVERSATION_ID, TEXT, scoped=True),
    ),
    wrappers=(Match("llm.phase", _PHASES), Match("llamatelemetry.span_kind")),
    drops=("llm.tokens.total", "llm.total_tokens"),
    metrics=(
        MetricRule("llamatelemetry.gpu.utilization", "hw.gpu.utilization", "1", 0.01),
        MetricRule("llamatelemetry.gpu.memory.used", "hw.gpu.memory.usage", "By"),
        MetricRule("llamatelemetry.gpu.memory.total", "hw.gpu.memory.limit", "By"),
        MetricRule("llamatelemetry.gpu.temperature", "hw.temperature", "Cel"),
    ),
    refine=_name_operations,
    order=90,
)
