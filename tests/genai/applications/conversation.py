"""The calls that an application of the OpenAI or Anthropic SDK makes, whoever traces them.

Asks with a tool, hands the tool's result back, asks again streamed with a low limit, embeds.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

MODEL = "gpt-5-mini"
CUT = "gpt-5-cut"
ANTHROPIC_MODEL = "claude-sonnet-4-5"
EMBEDDING_MODEL = "text-embedding-3-small"
SYSTEM = "You answer about the weather, briefly."
QUESTION = "How is the weather in Paris?\nPlease in °C."
TOOL_RESULT = json.dumps({"temperature": 18, "sky": "clear"})
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
    "required": ["city"],
}
TOOL = {"name": "get_weather", "description": "The weather of a city", "parameters": PARAMETERS}
TOOLS: list[Any] = [{"type": "function", "function": TOOL}]


def opening() -> list[Any]:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]


def fail(client: Any) -> None:
    """Three chat completions that fail: refused, broken, and a stream that breaks off."""
    client = client.with_options(max_retries=0)
    for model in ("gpt-5-limited", "gpt-5-broken"):
        with contextlib.suppress(Exception):
            client.chat.completions.create(model=model, messages=opening(), temperature=0.5)
    with contextlib.suppress(Exception):
        for _ in client.chat.completions.create(model=CUT, messages=opening(), stream=True):
            pass


def chat(client: Any) -> None:
    """Three chat completions: a tool call, an answer, a streamed answer that is cut."""
    messages = opening()
    asked = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)
    message = asked.choices[0].message
    call_id = message.tool_calls[0].id
    told = [
        *messages,
        message.model_dump(exclude_none=True, exclude={"annotations"}),
        {"role": "tool", "tool_call_id": call_id, "content": TOOL_RESULT},
    ]
    client.chat.completions.create(model=MODEL, messages=told, temperature=0.5, top_p=0.9, seed=7)
    stream = client.chat.completions.create(
        model=MODEL,
        messages=messages,
        stream=True,
        stream_options={"include_usage": True},
        max_completion_tokens=32,
    )
    for _ in stream:
        pass


def embed(client: Any) -> None:
    client.embeddings.create(model=EMBEDDING_MODEL, input=QUESTION)


def respond(client: Any) -> None:
    """Three calls of the Responses API, as `chat`; none is cut."""
    tool = {"type": "function", **TOOL, "strict": False}
    asked = client.responses.create(
        model=MODEL, instructions=SYSTEM, input=QUESTION, tools=[tool], max_output_tokens=1024
    )
    call = asked.output[0]
    told: list[Any] = [
        {"role": "user", "content": QUESTION},
        call.model_dump(include={"type", "call_id", "name", "arguments"}),
        {"type": "function_call_output", "call_id": call.call_id, "output": TOOL_RESULT},
    ]
    client.responses.create(model=MODEL, instructions=SYSTEM, input=told)
    stream = client.responses.create(model=MODEL, instructions=SYSTEM, input=QUESTION, stream=True)
    for _ in stream:
        pass


def messages(client: Any) -> None:
    """Three calls of Anthropic's Messages API, as `chat`."""
    tool = {key: value for key, value in TOOL.items() if key != "parameters"}
    tools = [{**tool, "input_schema": PARAMETERS}]
    question: Any = {"role": "user", "content": QUESTION}
    common: dict[str, Any] = {"model": ANTHROPIC_MODEL, "system": SYSTEM}
    asked = client.messages.create(**common, max_tokens=1024, messages=[question], tools=tools)
    block = asked.content[0]
    used = {"type": "tool_use", "id": block.id, "name": block.name, "input": block.input}
    result = {"type": "tool_result", "tool_use_id": block.id, "content": TOOL_RESULT}
    told = [
        question,
        {"role": "assistant", "content": [used]},
        {"role": "user", "content": [result]},
    ]
    client.messages.create(**common, max_tokens=1024, messages=told)
    stream = client.messages.create(**common, max_tokens=32, messages=[question], stream=True)
    for _ in stream:
        pass
