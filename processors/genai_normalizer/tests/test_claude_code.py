"""Spans and events of Claude Code, built as its documentation and exports have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv
from spanloom.batch import Logs
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.testing import build_logs, make_settings
from spanloom.testing.builders import key_values

Normalize = Callable[..., list[dict[str, Any]]]
SCOPE = "com.anthropic.claude_code.tracing"
REQUEST = {
    "session.id": "session-9",
    "span.type": "llm_request",
    "model": "claude-opus-4-7",
    "gen_ai.system": "anthropic",
    "gen_ai.request.model": "claude-opus-4-7",
    "query_source": "repl_main_thread",
    "duration_ms": 1521,
    "ttft_ms": 250,
    "input_tokens": 2,
    "output_tokens": 1200,
    "cache_read_tokens": 84562,
    "cache_creation_tokens": 7096,
    "request_id": "req_011",
    "success": True,
    "stop_reason": "tool_use",
    "new_context": "<REDACTED>",
}
TOOL = {
    "session.id": "session-9",
    "span.type": "tool",
    "tool_name": "Read",
    "tool_use_id": "toolu_01",
    "duration_ms": 57,
}
INTERACTION = {"session.id": "session-9", "span.type": "claude_code.interaction"}


def test_an_interaction_is_as_the_golden_file(
    normalize: Normalize, golden: Callable[[str, Any], None]
) -> None:
    spans = normalize(REQUEST, TOOL, INTERACTION, scope=SCOPE, remove_originals=True)
    golden("claude_code/spans.json", spans)


def test_input_tokens_get_what_caches_read_and_wrote(normalize: Normalize) -> None:
    (span,) = normalize(REQUEST, scope=SCOPE)
    assert span[semconv.INPUT_TOKENS] == 2 + 84562 + 7096


def test_what_is_redacted_is_no_message(normalize: Normalize) -> None:
    (span,) = normalize(REQUEST, scope=SCOPE)
    assert semconv.INPUT_MESSAGES not in span


@pytest.mark.parametrize("kind", ["web", "tool.execution", "tool.blocked_on_user"])
def test_other_types_of_spans_are_no_calls(normalize: Normalize, kind: str) -> None:
    (span,) = normalize({"span.type": kind, "model": "x", "input_tokens": 7}, scope=SCOPE)
    assert semconv.OPERATION not in span
    assert semconv.INPUT_TOKENS not in span


def test_an_event_of_a_request_has_numbers_as_text() -> None:
    request = build_logs(1)
    scope = request.resource_logs[0].scope_logs[0]
    scope.scope.name = "com.anthropic.claude_code.events"
    del scope.log_records[0].attributes[:]
    scope.log_records[0].attributes.extend(
        key_values(
            {
                "event.name": "api_request",
                "model": "claude-opus-4-7",
                "input_tokens": "2",
                "cache_read_tokens": "8",
                "session.id": "session-9",
            }
        )
    )
    batch = GenaiNormalizer(Config(), make_settings()).process(Logs.from_message(request))
    assert batch.attribute(semconv.INPUT_TOKENS).ints().tolist() == [10]
    assert batch.attribute(semconv.OPERATION).strings() == ["chat"]
    assert batch.attribute(semconv.PROVIDER).strings() == ["anthropic"]
    assert batch.attribute(semconv.CONVERSATION_ID).strings() == ["session-9"]
