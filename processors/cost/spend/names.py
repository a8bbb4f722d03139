"""The attributes that tell what a trace has spent, and which calls repeat a failed one."""

from __future__ import annotations

from typing import Final

TRACE_AMOUNT: Final = "spanloom.trace.cost.amount"
"""Double, USD: what the calls of the trace cost, up to this one."""
TRACE_WASTED: Final = "spanloom.trace.cost.wasted"
"""Double, USD: the part of it that went to calls which failed."""
TRACE_CALLS: Final = "spanloom.trace.calls"
"""Int: calls of models in the trace, up to this one."""
TRACE_UNPRICED: Final = "spanloom.trace.unpriced_calls"
"""Int: how many of them did not fail and yet have no cost; the amount lacks them."""
RETRY_ATTEMPT: Final = "spanloom.retry.attempt"
"""Int: 1 for the first repetition, as `http.request.resend_count` counts."""
RETRY_OF: Final = "spanloom.retry.of"
"""String: span id, in hex, of the failed call that this one repeats."""
FALLBACK_FROM: Final = "spanloom.fallback.from"
"""String: the model that failed, where this call asks another one."""
FALLBACK_MODELS: Final = "spanloom.fallback.models"
"""String[]: all models that were tried, in order."""
