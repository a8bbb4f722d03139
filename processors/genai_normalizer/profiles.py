"""The names of older conventions, for pipelines whose readers know no newer ones.

Each table is the difference from the newest profile (section 2.5 of the conventions' history):
current name -> the profile's name, and for some of them current value -> the profile's value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from spanloom.processors.genai_normalizer.convert import Conversion
from spanloom.processors.genai_normalizer.schema_urls import BASE
from spanloom.semconv import CACHE_WRITE_TOKENS, PROVIDER, SERVICE_TIER, SERVICE_TIER_REQUESTED

NEWEST = "genai-2026-11"


@dataclass(frozen=True, slots=True)
class Profile:
    """A target.

    Attributes:
        names: newest attribute -> the profile's; empty for the newest.
        values: newest attribute -> {newest value: the profile's}.
        inference_metrics: metric of any operation -> that of calls of a model alone.
        token_counters: the same -> {type: the counter of that type}.
        schema_url: of a released version of the conventions; the newest names have none.
        token_metrics: metric of all types of tokens -> {type: the metric of that type}.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inference_metrics: Mapping[str, str] = field(default_factory=dict)
    token_metrics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    token_counters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    schema_url: str = ""

    def conversion(self, key: str) -> Conversion | None:
        """The profile's value for a current one; None where values are the same."""
        table = self.values.get(key)
        return None if table is None else Conversion(lambda value: _looked_up(table, value))

    def types(self, current: Mapping[str, Conversion]) -> dict[str, Conversion]:
        """`current`, and the same for the profile's own names."""
        own = {self.names[key]: current[key] for key in self.names.keys() & current.keys()}
        return {**current, **{name: self._of_profile(name, own[name]) for name in own}}

    def _of_profile(self, name: str, conversion: Conversion) -> Conversion:
        key = next(key for key, own in self.names.items() if own == name)
        table = self.values.get(key, {})
        convert = conversion.convert
        return replace(conversion, convert=lambda value: _looked_up(table, convert(value)))


def _looked_up(table: Mapping[str, str], value: Any) -> Any:
    return table.get(value, value) if isinstance(value, str) else value


_V1_37 = {
    CACHE_WRITE_TOKENS: "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.retrieval.top_k": "gen_ai.request.top_k",
}
_V1_30 = {
    **_V1_37,
    PROVIDER: "gen_ai.system",
    "gen_ai.output.type": "gen_ai.openai.request.response_format",
    SERVICE_TIER_REQUESTED: "gen_ai.openai.request.service_tier",
    SERVICE_TIER: "gen_ai.openai.response.service_tier",
    "openai.response.system_fingerprint": "gen_ai.openai.response.system_fingerprint",
}
_SYSTEMS = {
    "azure.ai.inference": "az.ai.inference",
    "azure.ai.openai": "az.ai.openai",
    "gcp.gemini": "gemini",
    "gcp.vertex_ai": "vertex_ai",
    "x_ai": "xai",
}

# PR 374 and 521: calls of a model have metrics of their own, and so has each type of tokens.
_INFERENCE_METRICS = {
    "gen_ai.client.operation.duration": "gen_ai.client.inference.duration",
    "gen_ai.client.operation.time_to_first_chunk": "gen_ai.client.inference.time_to_first_chunk",
    "gen_ai.client.operation.time_per_output_chunk": (
        "gen_ai.client.inference.time_per_output_chunk"
    ),
}
_TOKEN_METRICS = {
    "gen_ai.client.token.usage": {
        "input": "gen_ai.client.inference.operation.input_tokens",
        "output": "gen_ai.client.inference.operation.output_tokens",
    }
}
_TOKEN_COUNTERS = {
    "gen_ai.client.token.usage": {
        "input": "gen_ai.client.inference.usage.input_tokens",
        "output": "gen_ai.client.inference.usage.output_tokens",
    }
}

PROFILES: dict[str, Profile] = {
    NEWEST: Profile(
        inference_metrics=_INFERENCE_METRICS,
        token_metrics=_TOKEN_METRICS,
        token_counters=_TOKEN_COUNTERS,
    ),
    "semconv-1.37": Profile(_V1_37, schema_url=BASE + "1.37.0"),
    "semconv-1.30": Profile(
        _V1_30,
        {PROVIDER: _SYSTEMS, "gen_ai.output.type": {"json": "json_object"}},
        schema_url=BASE + "1.30.0",
    ),
}
