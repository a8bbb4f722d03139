"""MLflow's spans, all of whose attributes are JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spanloom import semconv

Normalize = Callable[..., list[dict[str, Any]]]


def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("mlflow/spans.json", renamed("mlflow"))


@pytest.mark.parametrize("kind", ["CHAT_MODEL", '"CHAT_MODEL"'])
def test_types_come_with_quotes_and_without(normalize: Normalize, kind: str) -> None:
    (span,) = normalize({"mlflow.spanType": kind})
    assert span[semconv.OPERATION] == "chat"


def test_token_usage_includes_caches(normalize: Normalize) -> None:
    usage = '{"input_tokens": 9, "output_tokens": 2, "cache_read_input_tokens": 4}'
    (span,) = normalize({"mlflow.spanType": '"LLM"', "mlflow.chat.tokenUsage": usage})
    assert span[semconv.INPUT_TOKENS] == 9
    assert span[semconv.CACHE_READ_TOKENS] == 4


def test_a_response_of_anthropic_counts_caches_apart(normalize: Normalize) -> None:
    outputs = '{"id": "msg_1", "usage": {"input_tokens": 5, "cache_read_input_tokens": 4}}'
    (span,) = normalize({"mlflow.spanType": '"LLM"', "mlflow.spanOutputs": outputs})
    assert span[semconv.INPUT_TOKENS] == 9
    assert span[semconv.RESPONSE_ID] == "msg_1"


def test_a_bare_model_of_another_library_is_none_of_its(normalize: Normalize) -> None:
    (span,) = normalize({"model": "t-1000"}, scope="cars")
    assert semconv.REQUEST_MODEL not in span


def test_a_message_format_that_is_no_provider_names_none(normalize: Normalize) -> None:
    (span,) = normalize({"mlflow.spanType": '"LLM"', "mlflow.message.format": '"langchain"'})
    assert semconv.PROVIDER not in span
