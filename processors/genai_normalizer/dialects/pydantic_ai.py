"""Pydantic AI, from the version with one `events` attribute to the one with current names.

Source: spans of pydantic-ai 1 and 2, and its `InstrumentationSettings(version=1..5)`.
"""

from __future__ import annotations

from typing import Any

from spanloom.processors.genai_normalizer.convert import (
    TEXT,
    TOKENS,
    always,
    nested,
    to_json,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, Explode, Rename, Repair
from spanloom.processors.genai_normalizer.messages import (
    answer_messages,
    chat_messages,
    tool_definitions,
)
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    INPUT_MESSAGES,
    OUTPUT_MESSAGES,
    REASONING_TOKENS,
    REQUEST_MODEL,
    TOOL_DEFINITIONS,
)

_DETAILS = "gen_ai.usage.details."
_TOOL_LISTS = ("function_tools", "output_tools")


def _events(value: Any) -> dict[str, Any] | None:
    """Messages from the list of events that once were log records: the last ones are answers."""
    events = nested(value)
    if not isinstance(events, list):
        return None
    entries = [event for event in events if isinstance(event, dict)]
    choices = [e for e in entries if e.get("event.name") == "gen_ai.choice"]
    asked = [e for e in entries if e.get("event.name") != "gen_ai.choice"]
    return _both(chat_messages(asked), answer_messages(choices))


def _conversation(value: Any) -> dict[str, Any] | None:
    """A whole conversation: what the assistant said last is the output."""
    messages = nested(value)
    if not isinstance(messages, list):
        return None
    entries = chat_messages(messages) or []
    if entries and entries[-1]["role"] == "assistant":
        return _both(entries[:-1], entries[-1:])
    return _both(entries, None)


def _both(asked: list[Any] | None, answered: list[Any] | None) -> dict[str, Any]:
    found = {INPUT_MESSAGES: asked, OUTPUT_MESSAGES: answered}
    return {key: to_json(messages) for key, messages in found.items() if messages}


def _tools(value: Any) -> dict[str, Any] | None:
    """The tools among the parameters of a request."""
    parameters = nested(value)
    if not isinstance(parameters, dict):
        return None
    lists = [parameters.get(name) for name in _TOOL_LISTS]
    tools = [tool for entry in lists if isinstance(entry, list) for tool in entry]
    renamed = [
        {**tool, "parameters": tool.get("parameters_json_schema")}
        for tool in tools
        if isinstance(tool, dict)
    ]
    definitions = tool_definitions(renamed)
    return {TOOL_DEFINITIONS: to_json(definitions)} if definitions else {}


def _repaired(value: Any) -> str | None:
    """Tool results under `response`, arguments as JSON; the library has `result` and text."""
    if not isinstance(value, str) or not ('"result":' in value or '"arguments":"' in value):
        return None
    messages = nested(value)
    return to_json(chat_messages(messages)) if isinstance(messages, list) else None


_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"

DIALECT = Dialect(
    name="pydantic_ai",
    scopes=("pydantic-ai", "pydantic_ai*"),
    keys=("pydantic_ai.*", "model_request_parameters", "all_messages_events"),
    rules=(
        # Streams alone have it; nothing else tells them.
        Rename(_FIRST_CHUNK, "gen_ai.request.stream", always(result=True)),
        Rename(_DETAILS + "cache_read_tokens", CACHE_READ_TOKENS, TOKENS),
        Rename(_DETAILS + "cache_write_tokens", CACHE_WRITE_TOKENS, TOKENS),
        Rename(_DETAILS + "reasoning_tokens", REASONING_TOKENS, TOKENS),
        Rename("agent_name", "gen_ai.agent.name", TEXT, scoped=True),
        Rename("model_name", REQUEST_MODEL, TEXT, scoped=True),
        Rename("tool_arguments", "gen_ai.tool.call.arguments", scoped=True),
        Rename("tool_response", "gen_ai.tool.call.result", scoped=True),
        Repair(INPUT_MESSAGES, _repaired),
        Repair(OUTPUT_MESSAGES, _repaired),
        Explode("events", _events, scoped=True),
        Explode("all_messages_events", _events, scoped=True),
        Explode("pydantic_ai.all_messages", _conversation),
        Explode("model_request_parameters", _tools),
    ),
)
