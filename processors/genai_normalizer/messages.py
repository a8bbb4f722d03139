"""Messages and tool definitions in any library's form -> the conventions' schema (R8).

    [{"role": "user", "parts": [{"type": "text", "content": "..."}]}]

One tolerant reader serves all dialects: the forms differ less than their names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spanloom.processors.genai_normalizer.convert import Conversion, nested, parse_json, to_json
from spanloom.processors.genai_normalizer.parts import (
    part_of,
    parts_of,
    text_part,
    tool_call,
    tool_response,
)
from spanloom.processors.genai_normalizer.values import finish_reason

_ROLES = {
    "human": "user",
    "ai": "assistant",
    "model": "assistant",
    "function": "tool",
    "developer": "system",
    "HumanMessage": "user",
    "AIMessage": "assistant",
    "AIMessageChunk": "assistant",
    "SystemMessage": "system",
    "ToolMessage": "tool",
}
_ROLE_OF_ITEM = {
    "function_call": "assistant",
    "reasoning": "assistant",
    "function_call_output": "tool",
}
PLAIN_ROLES = ("user", "assistant", "system")
# Where a whole request or response holds its messages, most telling first.
_HOLDERS = ("messages", "choices", "candidates", "generations", "contents", "input", "output")
_TEXTS = ("prompt", "input", "text", "completion", "output_text", "output", "response")


def chat_messages(entries: list[Any], role: str = "user") -> list[dict[str, Any]] | None:
    """Messages from entries in any form; `role` is that of entries without one."""
    found = [_message(entry, role) for entry in entries]
    return [message for message in found if message is not None] or None


def answer_messages(entries: list[Any]) -> list[dict[str, Any]] | None:
    """The same for what a model answered."""
    return chat_messages(entries, "assistant")


def messages_of(value: Any, role: str) -> list[dict[str, Any]] | None:
    """Messages from a whole request or response: text, JSON text, a list or an object."""
    found = nested(value)
    if found is None:
        return chat_messages([value], role) if isinstance(value, str) and value else None
    if isinstance(found, list):
        flat = found[0] if len(found) == 1 and isinstance(found[0], list) else found
        return chat_messages(flat, role)
    return _messages_in(found, role)


def _messages_in(holder: dict[str, Any], role: str) -> list[dict[str, Any]] | None:
    if "role" in holder or "parts" in holder or "kwargs" in holder:
        return chat_messages([holder], role)
    for name in _HOLDERS:
        inner = nested(holder.get(name)) or holder.get(name)
        if isinstance(inner, list | dict):
            found = messages_of(inner, role)
            return _with_system(holder, found) if found else None
    for name in ("content", *_TEXTS):
        if isinstance(holder.get(name), str | list):
            return _with_system(holder, chat_messages([{"content": holder[name]}], role))
    if "tool_calls" in holder:
        return chat_messages([holder], "assistant")
    return None


def _with_system(
    holder: dict[str, Any], messages: list[dict[str, Any]] | None
) -> list[dict[str, Any]] | None:
    """With the instructions that stand beside the messages (Anthropic, Responses API)."""
    system = holder.get("system") or holder.get("instructions")
    if not system or messages is None or messages[0]["role"] == "system":
        return messages
    return [{"role": "system", "parts": parts_of(system)}, *messages]


def _message(entry: Any, role: str) -> dict[str, Any] | None:
    if isinstance(entry, str):
        return {"role": role, "parts": [text_part(entry)]} if entry else None
    if not isinstance(entry, dict):
        return None
    plain = _plain(entry)
    if plain is not None:
        return plain
    reason = entry.get("finish_reason", entry.get("finishReason", entry.get("stop_reason")))
    fields = _unwrapped(entry)
    if reason is None:
        reason = fields.get("finish_reason")
    kind = fields.get("type")
    if kind in _ROLE_OF_ITEM and "role" not in fields:
        return {"role": _ROLE_OF_ITEM[str(kind)], "parts": [part_of(fields)]}
    return _assembled(fields, role, reason)


def _plain(entry: dict[str, Any]) -> dict[str, Any] | None:
    """The message of a role and a text, which most are: a quarter of the way round for them."""
    inner = entry.get("message") if len(entry) == 1 else entry
    if not isinstance(inner, dict) or len(inner) != 2:  # noqa: PLR2004 - role and content
        return None
    role, content = inner.get("role"), inner.get("content")
    if role not in PLAIN_ROLES or type(content) is not str or content[:2] in ("", "[{"):
        return None
    return {"role": role, "parts": [text_part(content)]}


def _assembled(fields: dict[str, Any], role: str, reason: Any) -> dict[str, Any] | None:
    named = _role(fields, role)
    parts = _reasoning(fields) + _content(fields, named) + _calls(fields)
    if not parts and reason is None and "role" not in fields:
        return None
    message: dict[str, Any] = {"role": named, "parts": parts}
    if isinstance(fields.get("name"), str) and named != "tool":
        message["name"] = fields["name"]
    if reason is not None and (text := finish_reason(reason)):
        message["finish_reason"] = text
    return message


def _unwrapped(entry: dict[str, Any]) -> dict[str, Any]:
    """The message inside a choice, an OpenInference entry, a LangChain constructor."""
    for wrapper in ("message", "kwargs", "delta"):
        inner = entry.get(wrapper)
        if isinstance(inner, dict):
            path = entry.get("id")
            named = {"role": path[-1]} if isinstance(path, list) and path else {}
            return {**named, **inner}
    content = entry.get("content")
    if isinstance(content, dict) and "parts" in content:  # a candidate of Gemini
        return {**entry, **content, "content": None}
    return entry


def _role(fields: dict[str, Any], role: str) -> str:
    named = fields.get("role") or fields.get("type")
    if not isinstance(named, str) or named in ("message", "text", "constructor"):
        return role
    return _ROLES.get(named, named)


def _reasoning(fields: dict[str, Any]) -> list[dict[str, Any]]:
    for name in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(fields.get(name), str) and fields[name]:
            return [{"type": "reasoning", "content": fields[name]}]
    return []


def _content(fields: dict[str, Any], role: str) -> list[dict[str, Any]]:
    content = next(
        (fields[k] for k in ("parts", "contents", "content", "text") if fields.get(k)), None
    )
    identity = fields.get("tool_call_id")
    if role == "tool" and content is not None:
        parts = parts_of(content)
        if any(part["type"] == "tool_call_response" for part in parts):
            return parts
        response = tool_response({"id": identity, "content": content})
        return [response] if response else []
    return parts_of(content)


def _calls(fields: dict[str, Any]) -> list[dict[str, Any]]:
    calls = fields.get("tool_calls")
    calls = nested(calls) if isinstance(calls, str) else calls
    entries = list(calls) if isinstance(calls, list) else []
    if isinstance(fields.get("function_call"), dict):
        entries.append(fields["function_call"])
    inner = [c.get("tool_call", c) for c in entries if isinstance(c, dict)]
    parts = [tool_call(call) for call in inner if isinstance(call, dict)]
    return [part for part in parts if part is not None]


def finish_reasons_of(messages: list[Any]) -> list[str] | None:
    """The finish reasons that messages carry, in the provider's words."""
    reasons = [m.get("finish_reason") for m in messages if isinstance(m, dict)]
    return [reason for reason in reasons if isinstance(reason, str) and reason] or None


def tool_definitions(entries: list[Any]) -> list[dict[str, Any]] | None:
    """Definitions {type, name, description, parameters} from any form; JSON texts are parsed."""
    found = [_definition(entry) for entry in entries]
    return [definition for definition in found if definition] or None


def _definition(entry: Any) -> dict[str, Any] | None:
    entry = nested(entry) if isinstance(entry, str) else entry
    if not isinstance(entry, dict):
        return None
    for wrapper in ("tool", "json_schema", "function"):
        inner = nested(entry.get(wrapper))
        if isinstance(inner, dict):
            return _definition(inner)
    if not isinstance(entry.get("name"), str):
        return entry or None
    known = {"type", "name", "description"}
    schema = next(
        (entry[k] for k in ("parameters", "input_schema", "inputSchema") if k in entry), None
    )
    parsed = parse_json(schema) if isinstance(schema, str) else schema
    definition = {"type": "function"} | {k: v for k, v in entry.items() if k in known}
    return definition if parsed is None else {**definition, "parameters": parsed}


def _as_json(read: Callable[[Any], list[Any] | None]) -> Conversion:
    def convert(value: Any) -> str | None:
        found = read(value)
        return to_json(found) if found else None

    return Conversion(convert)


def _definitions_of(value: Any) -> list[dict[str, Any]] | None:
    found = nested(value)
    return tool_definitions(found if isinstance(found, list) else [found]) if found else None


INPUT = _as_json(lambda value: messages_of(value, "user"))
"""A whole request as messages."""
OUTPUT = _as_json(lambda value: messages_of(value, "assistant"))
"""A whole response as messages."""
SYSTEM = _as_json(parts_of)
"""System instructions: a text, or a list of parts."""
TOOLS = _as_json(_definitions_of)
"""A list of tool definitions."""
