"""What the model server knows of each call is found under its current name.

The spans were sent by unmodified libraries; `tests/genai/README.md` says how.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv

Attributes = dict[str, Any]

# What a library does not send in any form, or sends wrongly: {capture: {fact: calls}}.
NOT_SENT: dict[str, dict[str, set[int]]] = {
    # Of streams no reasoning tokens; of the Responses API the item's id in place of the call's.
    "openllmetry": {semconv.REASONING_TOKENS: {3}, semconv.OUTPUT_MESSAGES: {5}},
    "openllmetry_old": {
        **{key: {3} for key in (semconv.INPUT_TOKENS, semconv.OUTPUT_TOKENS)},
        semconv.CACHE_READ_TOKENS: {3},
        semconv.REASONING_TOKENS: {1, 2, 3},
    },
    # It adds the one token of the stream's first event to the total in the last one.
    "openllmetry_anthropic": {semconv.OUTPUT_TOKENS: {3}},
    "openinference_openai": {semconv.RESPONSE_MODEL: {4}},
    "vercel_ai": {semconv.RESPONSE_MODEL: {10}},
    "pydantic_ai": {semconv.OUTPUT_MESSAGES: {4}},
    # The usage of a stream stands on a span of its own, which has no id.
    "logfire": {
        semconv.FINISH_REASONS: {3},
        semconv.RESPONSE_ID: {3, 7},
        semconv.RESPONSE_MODEL: {3, 7},
    },
    # The messages are log records.
    "opentelemetry_openai_v2": {
        **{key: {1, 2, 3} for key in (semconv.INPUT_MESSAGES, semconv.OUTPUT_MESSAGES)},
        **{key: {1, 2, 3} for key in (semconv.CACHE_READ_TOKENS, semconv.REASONING_TOKENS)},
        semconv.FINISH_REASONS: {3},
    },
}
CAPTURES = (
    *("openllmetry", "openllmetry_old", "openllmetry_anthropic"),
    *("openinference_openai", "openinference_anthropic", "vercel_ai", "pydantic_ai", "logfire"),
    *("opentelemetry_openai_v2", "opentelemetry_genai_openai", "opentelemetry_genai_anthropic"),
)
_FINISH = {"tool_calls": "tool_call", "tool_use": "tool_call", "end_turn": "stop"}
_FINISH |= {"max_tokens": "length"}
MESSAGES = {semconv.INPUT_MESSAGES, semconv.OUTPUT_MESSAGES}
_USAGE = {
    "input_tokens": semconv.INPUT_TOKENS,
    "output_tokens": semconv.OUTPUT_TOKENS,
    "cache_read_tokens": semconv.CACHE_READ_TOKENS,
    "cache_write_tokens": semconv.CACHE_WRITE_TOKENS,
    "reasoning_tokens": semconv.REASONING_TOKENS,
}


def known(call: Attributes) -> Attributes:
    """Current name -> value, for one call as the server knows it."""
    reasons = call.get("finish_reasons")
    facts = {
        semconv.OPERATION: call["operation"],
        semconv.PROVIDER: call["provider"],
        semconv.REQUEST_MODEL: call["request_model"],
        semconv.RESPONSE_MODEL: call.get("response_model"),
        semconv.RESPONSE_ID: call.get("response_id"),
        semconv.FINISH_REASONS: [_FINISH.get(r, r) for r in reasons] if reasons else None,
        **{_USAGE[name]: n for name, n in (call.get("usage") or {}).items()},
        semconv.INPUT_MESSAGES: call.get("input_messages"),
        semconv.OUTPUT_MESSAGES: call.get("output_messages"),
    }
    return {key: value for key, value in facts.items() if value is not None}


def messages_in(span: Attributes, key: str) -> Any:
    """Messages, made comparable: the conventions leave order, place and types of these open."""
    found = span.get(key)
    messages = json.loads(found) if isinstance(found, str) else found or []
    if key == semconv.INPUT_MESSAGES and semconv.SYSTEM_INSTRUCTIONS in span:
        parts = json.loads(span[semconv.SYSTEM_INSTRUCTIONS])
        messages = [{"role": "system", "parts": parts}, *messages]
    return [comparable(message) for message in messages]


def comparable(message: Attributes) -> Attributes:
    parts = [dict(part) for part in message["parts"]]
    for part in parts:
        part.pop("name", None) if part["type"] == "tool_call_response" else None
        for field in {"arguments", "response"} & part.keys():
            with contextlib.suppress(TypeError, ValueError):
                part[field] = json.loads(part[field])
    answers = any(part["type"] == "tool_call_response" for part in parts)
    return {"role": "tool" if answers else message["role"], "parts": parts}


def missing(call: Attributes, span: Attributes) -> set[str]:
    """The facts that the span does not tell, or tells wrongly."""
    facts = known(call)
    wrong = {key for key in facts if key not in MESSAGES and span.get(key) != facts[key]}
    return wrong | {
        key for key in MESSAGES & facts.keys() if messages_in(span, key) != messages_in(facts, key)
    }


def fullest(call: Attributes, spans: list[Attributes]) -> set[str]:
    """What the span that tells most of a call does not tell."""
    same = [s for s in spans if s.get(semconv.RESPONSE_ID) == call.get("response_id")]
    return min((missing(call, span) for span in same or spans), key=len)


@pytest.mark.parametrize("name", CAPTURES)
def test_every_fact_that_was_sent_is_found(
    name: str,
    captured: Callable[[str], list[Attributes]],
    facts: Callable[[str], list[Attributes]],
) -> None:
    spans = captured(name)
    lost: dict[str, set[int]] = {}
    for call in facts(name):
        for key in fullest(call, spans):
            lost.setdefault(key, set()).add(call["call"])
    assert lost == NOT_SENT.get(name, {})
