"""Langfuse's observations become calls, tools and wrappers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]
COUNTS = (
    *(semconv.INPUT_TOKENS, semconv.OUTPUT_TOKENS),
    *(semconv.CACHE_READ_TOKENS, semconv.REASONING_TOKENS),
)
_OBSERVATION = "langfuse.observation."


def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("langfuse/spans.json", renamed("langfuse"))


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"input": 7, "output": 5, "total": 12}, (7, 5, None, None)),
        # Types of usage are parts of a whole.
        ({"input": 7, "input_cached_tokens": 3, "output": 5}, (10, 5, 3, None)),
        ({"input": 7, "output": 5, "output_reasoning_tokens": 4}, (7, 9, None, 4)),
        (
            {"input": 7, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 1},
            (10, None, 2, None),
        ),
        # The interfaces' own names keep their meaning.
        (
            {"prompt_tokens": 7, "prompt_tokens_details": {"cached_tokens": 3}},
            (7, None, 3, None),
        ),
        ({"input_tokens": 7, "cache_read_input_tokens": 3}, (10, None, 3, None)),
        ({"input": -1, "output": 5}, (None, 5, None, None)),
    ],
)
def test_usage_is_read_in_each_of_its_shapes(
    normalize: Normalize, usage: dict[str, int], expected: tuple[int | None, ...]
) -> None:
    (span,) = normalize(
        {_OBSERVATION + "type": "generation", _OBSERVATION + "usage_details": json.dumps(usage)}
    )
    assert tuple(span.get(key) for key in COUNTS) == expected


def test_the_usage_of_an_agent_is_aggregated(normalize: Normalize) -> None:
    (span,) = normalize(
        {_OBSERVATION + "type": "agent", _OBSERVATION + "usage_details": '{"input": 7}'}
    )
    assert span["gen_ai.aggregated_usage.input_tokens"] == 7
    assert semconv.INPUT_TOKENS not in span


def test_infinity_is_no_limit(normalize: Normalize) -> None:
    parameters = '{"max_tokens": "Infinity", "temperature": 1}'
    (span,) = normalize({_OBSERVATION + "model.parameters": parameters})
    assert span["gen_ai.request.temperature"] == 1.0
    assert "gen_ai.request.max_tokens" not in span


def test_an_id_of_the_users_own_is_no_response_id(normalize: Normalize) -> None:
    mine, model = normalize(
        {_OBSERVATION + "metadata.id": '"order-7"'}, {_OBSERVATION + "metadata.id": '"resp_7"'}
    )
    assert semconv.RESPONSE_ID not in mine
    assert model[semconv.RESPONSE_ID] == "resp_7"
