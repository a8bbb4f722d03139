"""Answers of the fake model in the formats of OpenAI's and Anthropic's interfaces.

Each takes the facts of a call (see `model_server`); streams are lists of server-sent events as
(event name or None, data).
"""

from __future__ import annotations

import json

from answers import ANSWER, TOOL_ARGUMENTS, TOOL_CALL_ID, TOOL_NAME, Json

CREATED = 1_790_000_000
# Long enough that an answer comes in several pieces.
PIECE_CHARS = 9
Events = list[tuple[str | None, Json | str]]


def pieces() -> list[str]:
    return [ANSWER[at : at + PIECE_CHARS] for at in range(0, len(ANSWER), PIECE_CHARS)]


def _calls_tool(facts: Json) -> bool:
    return any("arguments" in part for part in facts["output_messages"][0]["parts"])


def chat_usage(facts: Json) -> Json:
    counts = facts["usage"]
    return {
        "prompt_tokens": counts["input_tokens"],
        "completion_tokens": counts["output_tokens"],
        "total_tokens": counts["input_tokens"] + counts["output_tokens"],
        "prompt_tokens_details": {"cached_tokens": counts["cache_read_tokens"], "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": counts["reasoning_tokens"],
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _chat_call() -> Json:
    function = {"name": TOOL_NAME, "arguments": json.dumps(TOOL_ARGUMENTS)}
    return {"id": TOOL_CALL_ID, "type": "function", "function": function}


def _chat_base(facts: Json, kind: str) -> Json:
    return {
        "id": facts["response_id"],
        "object": kind,
        "created": CREATED,
        "model": facts["response_model"],
        "service_tier": "default",
        "system_fingerprint": "fp_44709d6fcb",
    }


def chat(facts: Json) -> Json:
    message: Json = {"role": "assistant", "content": ANSWER, "refusal": None, "annotations": []}
    if _calls_tool(facts):
        message |= {"content": None, "tool_calls": [_chat_call()]}
    choice = {"index": 0, "message": message, "logprobs": None}
    choice["finish_reason"] = facts["finish_reasons"][0]
    base = _chat_base(facts, "chat.completion")
    return {**base, "choices": [choice], "usage": chat_usage(facts)}


def chat_events(facts: Json, *, with_usage: bool) -> Events:
    base = _chat_base(facts, "chat.completion.chunk")
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    if _calls_tool(facts):
        deltas.append({"tool_calls": [{"index": 0, **_chat_call()}]})
    else:
        deltas += [{"content": piece} for piece in pieces()]
    events: Events = [(None, {**base, "choices": [_chunk(delta, None)]}) for delta in deltas]
    events.append((None, {**base, "choices": [_chunk({}, facts["finish_reasons"][0])]}))
    if with_usage:
        events.append((None, {**base, "choices": [], "usage": chat_usage(facts)}))
    return [*events, (None, "[DONE]")]


def _chunk(delta: Json, reason: str | None) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def embeddings(facts: Json) -> Json:
    count = facts["usage"]["input_tokens"]
    return {
        "object": "list",
        "model": facts["response_model"],
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125]}],
        "usage": {"prompt_tokens": count, "total_tokens": count},
    }


def responses(facts: Json, status: str = "completed") -> Json:
    return {
        "id": facts["response_id"],
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "model": facts["response_model"],
        "output": [] if status == "in_progress" else [_responses_item(facts)],
        "usage": None if status == "in_progress" else _responses_usage(facts),
        **dict.fromkeys(("error", "incomplete_details", "instructions", "metadata", "reasoning")),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "top_p": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "service_tier": "default",
    }


def _responses_item(facts: Json) -> Json:
    if _calls_tool(facts):
        arguments = json.dumps(TOOL_ARGUMENTS)
        ids = {"id": "fc_1", "call_id": TOOL_CALL_ID}
        return {
            "type": "function_call",
            **ids,
            "name": TOOL_NAME,
            "arguments": arguments,
            "status": "completed",
        }
    content = [{"type": "output_text", "text": ANSWER, "annotations": [], "logprobs": []}]
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
    return {**message, "content": content}


def _responses_usage(facts: Json) -> Json:
    counts = facts["usage"]
    return {
        "input_tokens": counts["input_tokens"],
        "input_tokens_details": {"cached_tokens": counts["cache_read_tokens"]},
        "output_tokens": counts["output_tokens"],
        "output_tokens_details": {"reasoning_tokens": counts["reasoning_tokens"]},
        "total_tokens": counts["input_tokens"] + counts["output_tokens"],
    }


def responses_events(facts: Json) -> Events:
    """A streamed text answer; no library here streams a tool call of this interface."""
    item = _responses_item(facts)
    at = {"output_index": 0, "item_id": item["id"], "content_index": 0}
    empty_part = {**item["content"][0], "text": ""}
    bodies: list[Json] = [
        {"type": "response.created", "response": responses(facts, "in_progress")},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}},
        {"type": "response.content_part.added", **at, "part": empty_part},
    ]
    for piece in pieces():
        delta = {"delta": piece, "logprobs": []}
        bodies.append({"type": "response.output_text.delta", **at, **delta})
    bodies += [
        {"type": "response.output_text.done", **at, "text": ANSWER, "logprobs": []},
        {"type": "response.content_part.done", **at, "part": item["content"][0]},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": responses(facts)},
    ]
    numbered = [{**body, "sequence_number": n} for n, body in enumerate(bodies)]
    return [(body["type"], body) for body in numbered]


def anthropic_usage(facts: Json) -> Json:
    """Anthropic's `input_tokens` leaves out what the cache read and wrote."""
    counts = facts["usage"]
    read, written = counts["cache_read_tokens"], counts["cache_write_tokens"]
    return {
        "input_tokens": counts["input_tokens"] - read - written,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": counts["output_tokens"],
        "service_tier": "standard",
    }


def anthropic(facts: Json) -> Json:
    block = _anthropic_block(facts)
    return {**_anthropic_base(facts), "content": [block], "usage": anthropic_usage(facts)}


def _anthropic_block(facts: Json) -> Json:
    if _calls_tool(facts):
        return {
            "type": "tool_use",
            "id": TOOL_CALL_ID,
            "name": TOOL_NAME,
            "input": TOOL_ARGUMENTS,
        }
    return {"type": "text", "text": ANSWER}


def _anthropic_base(facts: Json) -> Json:
    return {
        "id": facts["response_id"],
        "type": "message",
        "role": "assistant",
        "model": facts["response_model"],
        "stop_reason": facts["finish_reasons"][0],
        "stop_sequence": None,
    }


def anthropic_events(facts: Json) -> Events:
    counts, block = anthropic_usage(facts), _anthropic_block(facts)
    first = {**_anthropic_base(facts), "stop_reason": None, "content": []}
    begun = {**first, "usage": {**counts, "output_tokens": 1}}
    empty = {**block, "input": {}} if "input" in block else {**block, "text": ""}
    bodies: list[Json] = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": empty},
    ]
    deltas = _anthropic_deltas(block)
    bodies += [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
    ended = {"stop_reason": facts["finish_reasons"][0], "stop_sequence": None}
    bodies += [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": counts},
        {"type": "message_stop"},
    ]
    return [(body["type"], body) for body in bodies]


def _anthropic_deltas(block: Json) -> list[Json]:
    if "input" in block:
        text = json.dumps(block["input"])
        return [
            {"type": "input_json_delta", "partial_json": text[:9]},
            {"type": "input_json_delta", "partial_json": text[9:]},
        ]
    return [{"type": "text_delta", "text": piece} for piece in pieces()]
