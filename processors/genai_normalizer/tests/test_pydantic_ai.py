"""Pydantic AI's names become current ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]


def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("pydantic_ai/spans.json", renamed("pydantic_ai"))


def test_tool_results_and_arguments_are_mended(normalize: Normalize) -> None:
    call = {"type": "tool_call", "id": "c", "name": "f", "arguments": '{"a":1}'}
    result = {"type": "tool_call_response", "id": "c", "name": "f", "result": "18"}
    sent = [{"role": "assistant", "parts": [call]}, {"role": "user", "parts": [result]}]
    messages = json.dumps(sent, separators=(",", ":"))
    [span] = normalize({semconv.INPUT_MESSAGES: messages}, scope="pydantic-ai")
    asked, told = json.loads(span[semconv.INPUT_MESSAGES])
    assert asked["parts"][0]["arguments"] == {"a": 1}
    assert told["parts"][0]["response"] == "18"


def test_messages_of_others_are_not_touched(normalize: Normalize) -> None:
    messages = '[{"role":"tool","parts":[{"type":"tool_call_response","result":"18"}]}]'
    assert normalize({semconv.INPUT_MESSAGES: messages}) == [{semconv.INPUT_MESSAGES: messages}]


def test_events_of_the_first_version_become_messages(normalize: Normalize) -> None:
    events = [
        {"event.name": "gen_ai.user.message", "role": "user", "content": "Hi"},
        {
            "event.name": "gen_ai.choice",
            "index": 0,
            "message": {"role": "assistant", "content": "Ho"},
        },
    ]
    [span] = normalize({"events": json.dumps(events)}, scope="pydantic-ai")
    [asked] = json.loads(span[semconv.INPUT_MESSAGES])
    [answered] = json.loads(span[semconv.OUTPUT_MESSAGES])
    assert (asked["role"], asked["parts"][0]["content"]) == ("user", "Hi")
    assert (answered["role"], answered["parts"][0]["content"]) == ("assistant", "Ho")
