"""The spans that Anthropic's SDK makes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanloom import semconv


def test_the_stop_reason_becomes_the_finish_reason(
    normalize: Callable[..., list[dict[str, Any]]],
) -> None:
    [span] = normalize({"anthropic.message.stop_reason": "tool_use"})
    assert span[semconv.FINISH_REASONS] == ["tool_call"]
