"""Claude Code: spans (beta), events and metrics, under bare names.

Source: its documentation (monitoring-usage) and exports of 2.1. `input_tokens` leaves out what
caches read and wrote. An `api_request` event tells the usage of its `llm_request` span again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanloom.processors.genai_normalizer.apply import matching
from spanloom.processors.genai_normalizer.convert import (
    MILLISECONDS,
    TEXT,
    TOKENS,
    Conversion,
    one_of,
)
from spanloom.processors.genai_normalizer.dialect import Dialect, FromEvent, Match, Rename, Rule
from spanloom.processors.genai_normalizer.messages import INPUT, OUTPUT
from spanloom.processors.genai_normalizer.values import FINISH_REASONS_ENUM
from spanloom.semconv import (
    CACHE_READ_TOKENS,
    CACHE_WRITE_TOKENS,
    CONVERSATION_ID,
    FINISH_REASONS,
    INPUT_MESSAGES,
    INPUT_TOKENS,
    OPERATION,
    OUTPUT_MESSAGES,
    OUTPUT_TOKENS,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_ID,
    TIME_TO_FIRST_CHUNK,
)

if TYPE_CHECKING:
    from spanloom.processors.genai_normalizer.items import Items

_TYPE, _EVENT = "span.type", "event.name"
_PREFIX = "claude_code."
# What stands in content's place unless the user wants it sent.
_REDACTED = "<REDACTED>"
_OPERATIONS = {"llm_request": "chat", "tool": "execute_tool", "interaction": "invoke_agent"}


def _named(key: str, name: str) -> Match:
    """Versions differ in whether names begin with `claude_code.`."""
    return Match(key, (name, _PREFIX + name))


def _shown(conversion: Conversion) -> Conversion:
    def convert(value: Any) -> Any:
        return None if value == _REDACTED else conversion.convert(value)

    return Conversion(convert)


def _of_call(when: Match) -> tuple[Rule, ...]:
    """What spans and events tell of a call; events have their numbers as text."""
    return (
        Rename("model", REQUEST_MODEL, TEXT, when=when),
        Rename("input_tokens", INPUT_TOKENS, TOKENS, when=when),
        Rename("output_tokens", OUTPUT_TOKENS, TOKENS, when=when),
        Rename("cache_read_tokens", CACHE_READ_TOKENS, TOKENS, when=when),
        Rename("cache_creation_tokens", CACHE_WRITE_TOKENS, TOKENS, when=when),
        Rename("ttft_ms", TIME_TO_FIRST_CHUNK, MILLISECONDS, when=when),
        Rename("stop_reason", FINISH_REASONS, FINISH_REASONS_ENUM, when=when),
        Rename("request_id", RESPONSE_ID, TEXT, when=when),
        Rename("agent_id", "gen_ai.agent.id", TEXT, when=when),
    )


def _name_calls(items: Items) -> None:
    """Events by their name, which stays; the provider only where a model is called."""
    events = matching(items, (_API_REQUEST,))
    if events is not None:
        items.put_constant(OPERATION, "chat", events & items.rows)
    calls = matching(items, (Match(OPERATION, ("chat",)),))
    if calls is not None:
        items.put_constant(PROVIDER, "anthropic", calls & items.rows)


_API_REQUEST = _named(_EVENT, "api_request")
_REQUEST, _TOOL = _named(_TYPE, "llm_request"), _named(_TYPE, "tool")
_OPERATIONS |= {_PREFIX + name: operation for name, operation in _OPERATIONS.items()}

DIALECT = Dialect(
    name="claude_code",
    scopes=("com.anthropic.claude_code*", "claude-code*"),
    rules=(
        Rename(_TYPE, OPERATION, one_of(_OPERATIONS), scoped=True),
        *_of_call(_REQUEST),
        *_of_call(_API_REQUEST),
        Rename("new_context", INPUT_MESSAGES, _shown(INPUT), when=_REQUEST),
        Rename("response.model_output", OUTPUT_MESSAGES, _shown(OUTPUT), when=_REQUEST),
        Rename("tool_name", "gen_ai.tool.name", TEXT, when=_TOOL),
        Rename("tool_use_id", "gen_ai.tool.call.id", TEXT, when=_TOOL),
        Rename("tool_input", "gen_ai.tool.call.arguments", _shown(TEXT), when=_TOOL),
        FromEvent("tool.output", "output", "gen_ai.tool.call.result"),
        Rename("session.id", CONVERSATION_ID, TEXT, scoped=True),
    ),
    wrappers=(_named(_TYPE, "interaction"), _TOOL),
    exclusive=(CACHE_READ_TOKENS, CACHE_WRITE_TOKENS),
    event_name_key=_EVENT,
    refine=_name_calls,
    order=90,
)
