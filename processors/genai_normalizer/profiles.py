"""The names of older conventions, for pipelines whose readers know no newer ones.

Each table is the difference from the newest profile (section 2.5 of the conventions' history):
current name -> the profile's name, and for some of them current value -> the profile's value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spanloom.semconv import CACHE_WRITE_TOKENS, PROVIDER, SERVICE_TIER, SERVICE_TIER_REQUESTED

NEWEST = "genai-2026-11"


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs from the newest names."""

    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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

PROFILES: dict[str, Profile] = {
    NEWEST: Profile(),
    "semconv-1.37": Profile(_V1_37),
    "semconv-1.30": Profile(
        _V1_30, {PROVIDER: _SYSTEMS, "gen_ai.output.type": {"json": "json_object"}}
    ),
}
