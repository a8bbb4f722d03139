"""What the fake model answers, and what it then knows about the call.

Every number tells the call it belongs to and what it counts, so that a count that landed in the
wrong place (or was added twice) cannot look right. Values are in `gen_ai.*` shapes, but counts
stand alone: input includes what was read from and written to the cache, output includes reasoning.
"""

from __future__ import annotations

import json
from typing import Any

ANSWER = "It is 18 °C in Paris, with a “clear” sky.\nAnything else?"
TOOL_CALL_ID = "call_w1"
TOOL_NAME = "get_weather"
TOOL_ARGUMENTS = {"city": "Paris", "unit": "celsius"}
SERVED_AS = {
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "text-embedding-3-small": "text-embedding-3-small",
    "gpt-5-limited": "gpt-5-limited",
    "gpt-5-broken": "gpt-5-broken",
    "gpt-5-cut": "gpt-5-cut-2025-08-07",
}
"""The model that answers differs from the one asked for, as it does where aliases are served."""
FAILING = {"gpt-5-limited": 429, "gpt-5-broken": 500, "gpt-5-cut": 200}
"""Models that fail, by the HTTP status; 200 begins to answer and breaks off."""
# Answers to a request with a smaller limit than this are cut.
SHORT_TOKENS = 64

Json = dict[str, Any]


def usage(call: int, operation: str, *, cache_writes: bool) -> dict[str, int]:
    """The counts of the n-th call, from 1; no two are equal over all calls of a run."""
    if operation == "embeddings":
        return {"input_tokens": 7000 + 10 * call + 1}
    counts = {
        "input_tokens": 1000 * call + 501,
        "output_tokens": 1000 * call + 302,
        "cache_read_tokens": 100 * call + 23,
    }
    if cache_writes:
        return {**counts, "cache_write_tokens": 100 * call + 44}
    return {**counts, "reasoning_tokens": 100 * call + 65}


def text_message(role: str, text: str) -> Json:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def tool_call_part(id_: str, name: str, arguments: Any) -> Json:
    parsed = json.loads(arguments) if isinstance(arguments, str) else arguments
    return {"type": "tool_call", "id": id_, "name": name, "arguments": parsed}


def tool_result_part(id_: str, result: Any) -> Json:
    return {"type": "tool_call_response", "id": id_, "response": plain_text(result)}


def plain_text(content: Any) -> str:
    """The text of a content that is a string or a list of typed parts."""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def output_message(*, calls_tool: bool) -> Json:
    if calls_tool:
        part = tool_call_part(TOOL_CALL_ID, TOOL_NAME, TOOL_ARGUMENTS)
        return {"role": "assistant", "parts": [part]}
    return text_message("assistant", ANSWER)


def chat_input(messages: list[Json]) -> list[Json]:
    """The messages of a chat completion request."""
    return [_chat_message(message) for message in messages]


def _chat_message(message: Json) -> Json:
    role, content = message["role"], message.get("content")
    if role == "tool":
        parts = [tool_result_part(message["tool_call_id"], content)]
        return {"role": role, "parts": parts}
    parts = [{"type": "text", "content": plain_text(content)}] if content else []
    for call in message.get("tool_calls") or ():
        function = call["function"]
        parts.append(tool_call_part(call["id"], function["name"], function["arguments"]))
    return {"role": "system" if role == "developer" else role, "parts": parts}


def responses_input(request: Json) -> list[Json]:
    """The input of a request to the Responses API."""
    items = request["input"]
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    head = [text_message("system", request["instructions"])] if "instructions" in request else []
    return head + [_responses_item(item) for item in items]


def _responses_item(item: Json) -> Json:
    match item.get("type", "message"):
        case "function_call":
            part = tool_call_part(item["call_id"], item["name"], item["arguments"])
            return {"role": "assistant", "parts": [part]}
        case "function_call_output":
            part = tool_result_part(item["call_id"], item["output"])
            return {"role": "tool", "parts": [part]}
        case _:
            role = "system" if item["role"] == "developer" else item["role"]
            return text_message(role, plain_text(item["content"]))


def anthropic_input(request: Json) -> list[Json]:
    """The messages of a request to Anthropic's Messages API; tool results have role tool."""
    system = request.get("system")
    head = [text_message("system", plain_text(system))] if system else []
    return head + [_anthropic_message(message) for message in request["messages"]]


def _anthropic_message(message: Json) -> Json:
    content = message["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    parts = [_anthropic_part(block) for block in blocks]
    is_result = all(part["type"] == "tool_call_response" for part in parts)
    return {"role": "tool" if is_result else message["role"], "parts": parts}


def _anthropic_part(block: Json) -> Json:
    match block["type"]:
        case "tool_use":
            return tool_call_part(block["id"], block["name"], block["input"])
        case "tool_result":
            return tool_result_part(block["tool_use_id"], block["content"])
        case _:
            return {"type": "text", "content": block["text"]}
