"""OpenLLMetry's names, of several generations, become current ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv
from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.tests.conftest import make_batch
from spanloom.processors.genai_normalizer.tests.test_hostile_values import processed
from spanloom.testing import build_traces, make_settings

Normalize = Callable[..., list[dict[str, Any]]]


@pytest.mark.parametrize("name", ["openllmetry", "openllmetry_old", "openllmetry_anthropic"])
def test_captured_spans_are_as_the_golden_file(
    name: str, renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden(f"openllmetry/{name}.json", renamed(name))


@pytest.mark.parametrize(
    ("sent", "operation"),
    [("chat", "chat"), ("completion", "text_completion"), ("embedding", "embeddings")],
)
def test_types_of_requests_become_operations(
    normalize: Normalize, sent: str, operation: str
) -> None:
    assert normalize({"llm.request.type": sent})[0][semconv.OPERATION] == operation


def test_a_task_is_a_wrapper_without_an_operation(normalize: Normalize) -> None:
    [span] = normalize({"traceloop.span.kind": "task", "gen_ai.usage.prompt_tokens": 3})
    assert semconv.OPERATION not in span
    assert span["gen_ai.aggregated_usage.input_tokens"] == 3


def test_an_entity_is_named_for_what_it_is(normalize: Normalize) -> None:
    entity = {"traceloop.entity.name": "n", "traceloop.entity.input": "{}"}
    spans = normalize(*({**entity, "traceloop.span.kind": k} for k in ("tool", "agent", "task")))
    assert [span.get("gen_ai.tool.name") for span in spans] == ["n", None, None]
    assert [span.get("gen_ai.agent.name") for span in spans] == [None, "n", None]
    assert [span.get("gen_ai.tool.call.arguments") for span in spans] == ["{}", None, None]


def test_a_tool_result_stands_under_response(normalize: Normalize) -> None:
    message = {"role": "tool", "content": "18", "tool_call_id": "c1"}
    [span] = normalize({f"gen_ai.prompt.0.{key}": value for key, value in message.items()})
    assert json.loads(span[semconv.INPUT_MESSAGES]) == [
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "response": "18", "id": "c1"}],
        }
    ]


def test_functions_become_tool_definitions(normalize: Normalize) -> None:
    prefix = "llm.request.functions.0."
    [span] = normalize({prefix + "name": "f", prefix + "parameters": '{"type": "object"}'})
    assert json.loads(span[semconv.TOOL_DEFINITIONS]) == [
        {"type": "function", "name": "f", "parameters": {"type": "object"}}
    ]


@pytest.mark.parametrize(
    ("url", "address", "port"),
    [
        ("https://api.openai.com/v1/", "api.openai.com", 443),
        ("http://[::1]:8000/v1", "::1", 8000),
        ("no url", None, None),
        ("http://x:99999999/", None, None),
    ],
)
def test_the_base_url_tells_the_server(
    normalize: Normalize, url: str, address: str | None, port: int | None
) -> None:
    [span] = normalize({"gen_ai.openai.api_base": url})
    assert (span.get("server.address"), span.get("server.port")) == (address, port)


def test_the_first_chunk_event_tells_the_time_to_it() -> None:
    request = build_traces(2, attributes={"llm.is_streaming": True})
    span = request.resource_spans[0].scope_spans[0].spans[0]
    for offset_ms in (300, 100, 200):
        time = span.start_time_unix_nano + offset_ms * 1_000_000
        span.events.add(name="llm.content.completion.chunk", time_unix_nano=time)
    batch = Traces.from_message(request)
    GenaiNormalizer(Config(), make_settings()).process(batch)
    column = batch.attribute(semconv.TIME_TO_FIRST_CHUNK)
    assert column.floats()[0] == pytest.approx(0.1)
    assert column.present.tolist() == [True, False]


def test_headers_of_none_are_dropped_with_the_originals(normalize: Normalize) -> None:
    attributes = {"llm.request.type": "chat", "llm.headers": "None", "llm.user": "None"}
    [span] = normalize(attributes, remove_originals=True)
    assert "llm.headers" not in span
    assert "user.id" not in span


@pytest.mark.parametrize("address", ["api.openai.com", "https://api.openai.com/v1"])
def test_the_address_of_a_server_stays_where_originals_go(address: str) -> None:
    came = make_batch({"llm.request.type": "chat", "server.address": address})
    batch, counted = processed(came, remove_originals=True)
    assert batch.attribute("server.address").strings() == ["api.openai.com"]
    assert counted == {}
