"""Messages of many libraries in the conventions' schema (R8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spanloom.processors.genai_normalizer.messages import (
    chat_messages,
    messages_of,
    tool_definitions,
)
from spanloom.processors.genai_normalizer.parts import part_of

TEXT = {"type": "text", "content": "Hi"}


@pytest.mark.parametrize(
    "sent",
    [
        "Hi",
        '[{"role": "user", "content": "Hi"}]',
        '{"messages": [{"role": "user", "content": "Hi"}]}',
        '{"messages": [[{"type": "human", "content": "Hi"}]]}',
        '{"prompt": "Hi"}',
        '{"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}',
        '{"input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]}',
        '{"role": "user", "content": "Hi"}',
        '[{"lc": 1, "id": ["x", "HumanMessage"], "kwargs": {"content": "Hi"}}]',
        '"[{\\"role\\": \\"user\\", \\"content\\": \\"Hi\\"}]"',
        [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        [{"role": "user", "parts": [TEXT]}],
    ],
)
def test_a_request_in_any_form_is_the_same_message(sent: Any) -> None:
    assert messages_of(sent, "user") == [{"role": "user", "parts": [TEXT]}]


@pytest.mark.parametrize(
    "sent",
    [
        {"choices": [{"message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}]},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "Hi"}],
            "stop_reason": "end_turn",
        },
        {
            "candidates": [
                {"content": {"role": "model", "parts": [{"text": "Hi"}]}, "finishReason": "STOP"}
            ]
        },
    ],
)
def test_a_response_in_any_form_is_the_same_message(sent: dict[str, Any]) -> None:
    expected = {"role": "assistant", "parts": [TEXT], "finish_reason": "stop"}
    assert messages_of(sent, "assistant") == [expected]
    assert messages_of(json.dumps(sent), "assistant") == [expected]


@pytest.mark.parametrize(
    "sent",
    [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}},
        {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
        {"type": "tool-call", "toolCallId": "c", "toolName": "f", "args": {"a": 1}},
        {"type": "function_call", "call_id": "c", "id": "fc", "name": "f", "arguments": '{"a":1}'},
        {"toolUse": {"toolUseId": "c", "name": "f", "input": {"a": 1}}},
        {"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}},
    ],
)
def test_a_tool_call_in_any_form_is_the_same_part(sent: dict[str, Any]) -> None:
    assert part_of(sent) == {"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}}


@pytest.mark.parametrize(
    "sent",
    [
        {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "18"}]},
        {"type": "tool-result", "toolCallId": "c", "output": {"type": "text", "value": "18"}},
        {"type": "function_call_output", "call_id": "c", "output": "18"},
        {"type": "tool_call_response", "id": "c", "result": "18"},
    ],
)
def test_a_tools_answer_in_any_form_is_the_same_part(sent: dict[str, Any]) -> None:
    assert part_of(sent) == {"type": "tool_call_response", "id": "c", "response": "18"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://x.test/a"}},
            {"type": "uri", "modality": "image", "uri": "https://x.test/a"},
        ),
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            {"type": "blob", "modality": "image", "content": "AAAA", "mime_type": "image/png"},
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A"}},
            {"type": "blob", "modality": "image", "content": "A", "mime_type": "image/png"},
        ),
        (
            {"type": "input_file", "file_id": "f1"},
            {"type": "file", "modality": "document", "file_id": "f1"},
        ),
        ({"type": "thinking", "thinking": "Hm"}, {"type": "reasoning", "content": "Hm"}),
        ({"type": "new_thing", "x": 1}, {"type": "new_thing", "x": 1}),
    ],
)
def test_other_parts_keep_what_they_hold(sent: Any, expected: Any) -> None:
    assert part_of(sent) == expected


def test_a_users_own_json_stays_text() -> None:
    [message] = chat_messages([{"role": "user", "content": '[{"type": "order", "id": 1}]'}]) or []
    assert message["parts"] == [{"type": "text", "content": '[{"type": "order", "id": 1}]'}]


def test_arguments_that_are_no_json_stay_text() -> None:
    part = part_of({"type": "tool_call", "name": "f", "arguments": "{broken"})
    assert part == {"type": "tool_call", "name": "f", "arguments": "{broken"}


def test_instructions_beside_the_messages_come_first() -> None:
    found = messages_of(
        '{"system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}]}', "user"
    )
    assert [message["role"] for message in found or []] == ["system", "user"]


@pytest.mark.parametrize(
    "sent",
    [
        {"type": "function", "function": {"name": "f", "parameters": {"a": 1}}},
        {"name": "f", "input_schema": {"a": 1}},
        '{"type": "function", "name": "f", "inputSchema": {"a": 1}}',
        {"tool": {"json_schema": '{"name": "f", "parameters": {"a": 1}}'}},
    ],
)
def test_a_tool_definition_in_any_form_is_the_same(sent: Any) -> None:
    assert tool_definitions([sent]) == [{"type": "function", "name": "f", "parameters": {"a": 1}}]


def test_a_number_that_is_too_long_is_a_name(normalize: Any) -> None:
    key = f"gen_ai.prompt.0.tool_calls.{'9' * 5000}.name"
    [span] = normalize({key: "f", "gen_ai.prompt.0.content": "Hi"})
    [message] = json.loads(span["gen_ai.input.messages"])
    assert message["parts"] == [TEXT]
