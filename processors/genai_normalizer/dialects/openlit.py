"""OpenLIT: the current names, and some of its own.

Source: spans of openlit 1.45. Its `gen_ai.server.time_*` on spans are measured at the client, and
are 0 where it did not measure; its tool names on the spans of calls are what the model asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanloom.processors.genai_normalizer.convert import TEXT, TOKENS, one_of
from spanloom.processors.genai_normalizer.dialect import Dialect, Match, MetricRule, Rename
from spanloom.processors.genai_normalizer.messages import INPUT, OUTPUT
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    CONVERSATION_ID,
    INPUT_MESSAGES,
    OPERATION,
    OUTPUT_MESSAGES,
    REASONING_TOKENS,
    TIME_PER_OUTPUT_CHUNK,
    TIME_TO_FIRST_CHUNK,
)

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

_OPERATIONS = {
    "embedding": "embeddings",
    "text_generation": "chat",
    "agent": "invoke_agent",
    "workflow": "invoke_workflow",
    "framework": "invoke_workflow",
    "tools": "execute_tool",
    "retrieve": "retrieval",
    "rerank": "rerank",
}
# On a call of a model it tells what the model asked for, which its messages hold too.
_TOOL = Match(OPERATION, ("execute_tool",))
_STREAM = "gen_ai.request.stream"
_TIMES = (
    ("gen_ai.server.time_to_first_token", TIME_TO_FIRST_CHUNK),
    ("gen_ai.server.ttft", TIME_TO_FIRST_CHUNK),
    ("gen_ai.server.time_per_output_token", TIME_PER_OUTPUT_CHUNK),
    ("gen_ai.server.tbt", TIME_PER_OUTPUT_CHUNK),
)


def _times_of_streams(items: Items) -> None:
    """Of plain answers too they are written: there the first is that of the whole answer."""
    if _STREAM not in items.keys:
        return
    streamed = items.rows & items.column(_STREAM).bools()
    for old, new in _TIMES:
        if old in items.keys:
            seconds = items.column(old).floats()
            items.put(new, seconds, streamed & (seconds > 0))


DIALECT = Dialect(
    name="openlit",
    scopes=("openlit.*", "openlit"),
    keys=("openlit.*", "gen_ai.sdk.version"),
    rules=(
        Rename("gen_ai.operation.type", OPERATION, one_of(_OPERATIONS)),
        Rename("gen_ai.usage.reasoning_tokens", REASONING_TOKENS, TOKENS),
        Rename("gen_ai.usage.cache_read_tokens", CACHE_READ_TOKENS, TOKENS),
        Rename("gen_ai.usage.cache_creation_tokens", CACHE_WRITE_TOKENS, TOKENS),
        Rename("gen_ai.content.prompt", INPUT_MESSAGES, INPUT),
        Rename("gen_ai.content.completion", OUTPUT_MESSAGES, OUTPUT),
        Rename("gen_ai.tool.args", "gen_ai.tool.call.arguments", when=_TOOL),
        Rename("gen_ai.request.user", "user.id", TEXT),
        Rename("gen_ai.agent.session_id", CONVERSATION_ID, TEXT),
        Rename("gpu.uuid", "hw.id", TEXT, scoped=True),
        Rename("gpu.name", "hw.name", TEXT, scoped=True),
    ),
    refine=_times_of_streams,
    drops=("gen_ai.client.token.usage", "gen_ai.sdk.version", "gen_ai.usage.total_tokens"),
    metrics=(
        MetricRule("gpu.utilization", "hw.gpu.utilization", "1", 0.01),
        MetricRule("gpu.memory.used", "hw.gpu.memory.usage", "By", 1_048_576.0),
        MetricRule("gpu.memory.total", "hw.gpu.memory.limit", "By", 1_048_576.0),
        MetricRule("gpu.power.draw", "hw.power", "W"),
        MetricRule("gpu.temperature", "hw.temperature", "Cel"),
    ),
)
