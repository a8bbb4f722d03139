"""Attribute names of the GenAI semantic conventions, as Spanloom's processors read and write them.

The names are those of open-telemetry/semantic-conventions-genai, main of November 2026; what is
not in there says so. `genai_normalizer` brings what applications send to these names.
"""

from __future__ import annotations

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
RESPONSE_ID = "gen_ai.response.id"
FINISH_REASONS = "gen_ai.response.finish_reasons"
CONVERSATION_ID = "gen_ai.conversation.id"
SERVICE_TIER_REQUESTED = "openai.request.service_tier"
SERVICE_TIER = "openai.response.service_tier"

INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS = "gen_ai.usage.cache_write.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"

INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions"
TOOL_DEFINITIONS = "gen_ai.tool.definitions"

TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
"""Seconds."""
TIME_PER_OUTPUT_CHUNK = "gen_ai.response.time_per_output_chunk"
"""Seconds; ours, after the metric `gen_ai.client.operation.time_per_output_chunk`."""

ERROR_TYPE = "error.type"

AGGREGATED_USAGE = "gen_ai.aggregated_usage."
"""Prefix for what a wrapper tells about the calls inside it; pydantic-ai's, not a convention."""

COST_AMOUNT = "gen_ai.usage.cost.amount"
"""Double, in the currency of `COST_CURRENCY`; these three are an open proposal, PR 443."""
COST_CURRENCY = "gen_ai.usage.cost.currency"
COST_SOURCE = "gen_ai.usage.cost.source"

INFERENCE_OPERATIONS = frozenset({"chat", "generate_content", "text_completion", "embeddings"})
"""Operations that are one call of a model: what carries usage and is billed."""
