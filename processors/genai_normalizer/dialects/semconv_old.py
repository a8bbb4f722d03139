"""The GenAI semantic conventions themselves, 1.26 to 1.41, and their later renames.

Source: the changelogs of open-telemetry/semantic-conventions and -genai (PR 440, 217).
"""

from __future__ import annotations

from spanloom.processors.genai_normalizer.convert import AS_IS, INTEGER, SECONDS, TOKENS, one_of
from spanloom.processors.genai_normalizer.dialect import Dialect, FromEvent, Match, Rename
from spanloom.processors.genai_normalizer.message_events import put_event_messages
from spanloom.processors.genai_normalizer.messages import INPUT, OUTPUT
from spanloom.processors.genai_normalizer.schema_urls import BASE
from spanloom.processors.genai_normalizer.values import PROVIDER_NAME
from spanloom.semconv import (
    CACHE_WRITE_TOKENS,
    INPUT_MESSAGES,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_MESSAGES,
    OUTPUT_TOKENS,
    PROVIDER,
    SERVICE_TIER,
    SERVICE_TIER_REQUESTED,
    TIME_PER_OUTPUT_CHUNK,
    TIME_TO_FIRST_CHUNK,
)

FINGERPRINT = "openai.response.system_fingerprint"
_METRIC = "gen_ai.client.operation."
_OUTPUT_TYPES = {"json_object": "json", "json_schema": "json", "text": "text"}

DIALECT = Dialect(
    name="semconv_old",
    keys=("gen_ai.system",),
    # Before 1.37; in those versions messages could be events of spans.
    schema_urls=(BASE + "1.2[6-9].*", BASE + "1.3[0-6].*"),
    rules=(
        Rename("gen_ai.system", PROVIDER, PROVIDER_NAME),
        Rename("gen_ai.usage.prompt_tokens", INPUT_TOKENS, TOKENS),
        Rename("gen_ai.usage.completion_tokens", OUTPUT_TOKENS, TOKENS),
        Rename("gen_ai.usage.cache_creation.input_tokens", CACHE_WRITE_TOKENS, TOKENS),
        Rename("gen_ai.openai.request.seed", "gen_ai.request.seed", INTEGER),
        Rename(
            "gen_ai.openai.request.response_format", "gen_ai.output.type", one_of(_OUTPUT_TYPES)
        ),
        Rename("gen_ai.openai.request.service_tier", SERVICE_TIER_REQUESTED, AS_IS),
        Rename("gen_ai.openai.response.service_tier", SERVICE_TIER, AS_IS),
        Rename("gen_ai.openai.response.system_fingerprint", FINGERPRINT, AS_IS),
        Rename(
            "gen_ai.request.top_k",
            "gen_ai.retrieval.top_k",
            INTEGER,
            when=Match(OPERATION, ("retrieval",)),
        ),
        # Names of metrics, which some libraries give to attributes.
        Rename(_METRIC + "time_to_first_chunk", TIME_TO_FIRST_CHUNK, SECONDS),
        Rename(_METRIC + "time_per_output_chunk", TIME_PER_OUTPUT_CHUNK, SECONDS),
        Rename("gen_ai.prompt", INPUT_MESSAGES, INPUT),
        Rename("gen_ai.completion", OUTPUT_MESSAGES, OUTPUT),
        FromEvent("gen_ai.content.prompt", "gen_ai.prompt", INPUT_MESSAGES, INPUT),
        FromEvent("gen_ai.content.completion", "gen_ai.completion", OUTPUT_MESSAGES, OUTPUT),
    ),
    refine=put_event_messages,
    resource={"deployment.environment": "deployment.environment.name"},
    order=900,
)
