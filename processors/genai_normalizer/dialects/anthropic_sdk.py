"""Anthropic's own Python SDK, which traces itself.

Source: spans of the scope `com.anthropic.sdk.python`.
"""

from __future__ import annotations

from spanloom.processors.genai_normalizer.dialect import Dialect, Rename
from spanloom.processors.genai_normalizer.values import FINISH_REASONS_ENUM
from spanloom.semconv import FINISH_REASONS

DIALECT = Dialect(
    name="anthropic_sdk",
    scopes=("com.anthropic.sdk.*",),
    rules=(Rename("anthropic.message.stop_reason", FINISH_REASONS, FINISH_REASONS_ENUM),),
)
