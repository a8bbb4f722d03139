"""vLLM: spans of the server, and its metrics as a Prometheus receiver brings them.

Source: vllm/tracing and vllm/v1/metrics/loggers.py of 0.29 to 0.33. Spans name no model: the cost
of a call needs it from the configuration, the resource or the caller's span.
"""

from __future__ import annotations

from spanloom.processors.genai_normalizer.convert import INTEGER, SECONDS, TEXT
from spanloom.processors.genai_normalizer.dialect import Dialect, MetricRule, Rename
from spanloom.semconv import OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_ID, TIME_TO_FIRST_CHUNK

_METRICS = {
    "time_to_first_token_seconds": "gen_ai.server.time_to_first_token",
    "request_time_per_output_token_seconds": "gen_ai.server.time_per_output_token",
    "time_per_output_token_seconds": "gen_ai.server.time_per_output_token",
    "e2e_request_latency_seconds": "gen_ai.server.request.duration",
}

DIALECT = Dialect(
    name="vllm",
    scopes=("vllm", "vllm.*"),
    # Other servers use its names of latencies too, but none has this one.
    keys=("gen_ai.latency.time_in_scheduler",),
    rules=(
        Rename("gen_ai.request.id", RESPONSE_ID, TEXT),
        Rename("gen_ai.request.n", "gen_ai.request.choice.count", INTEGER),
        Rename("gen_ai.latency.time_to_first_token", TIME_TO_FIRST_CHUNK, SECONDS),
        Rename("model_name", REQUEST_MODEL, TEXT, scoped=True),
    ),
    # A request of the text interface looks the same; both are one call of a model.
    defaults={OPERATION: "chat", PROVIDER: "vllm"},
    metrics=tuple(MetricRule(f"vllm:{old}", new, "s") for old, new in _METRICS.items()),
)
