"""The kind of error of spans that failed."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom import semconv
from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.tests.conftest import make_batch
from spanloom.testing import make_settings
from spanloom.testing.builders import key_values

CALL = {"llm.request.type": "chat"}


def error_type(
    *types: Any, status: int = 2, name: str = "exception", attributes: dict[str, Any] = CALL
) -> Any:
    """What is found for a span with one event of that name for each type."""
    request = make_batch(attributes, CALL).to_message()
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.status.code = status
    del span.events[:]
    for value in types:
        span.events.add(name=name, attributes=key_values({"exception.type": value}))
    batch = Traces.from_message(request)
    GenaiNormalizer(Config(), make_settings()).process(batch)
    found = batch.attribute(semconv.ERROR_TYPE).objects()
    assert found[1] is None
    return found[0]


def test_the_last_exception_tells() -> None:
    assert error_type("ValueError", "openai.RateLimitError") == "openai.RateLimitError"


def test_what_is_there_stays() -> None:
    assert error_type("ValueError", attributes={**CALL, semconv.ERROR_TYPE: "429"}) == "429"


@pytest.mark.parametrize("status", [0, 1])
def test_an_exception_that_was_handled_is_no_error(status: int) -> None:
    assert error_type("ValueError", status=status) is None


@pytest.mark.parametrize("kind", [5, "", "x" * 10_000, ["ValueError"]])
def test_what_is_no_name_of_a_class_is_not_taken(kind: Any) -> None:
    assert error_type(kind) is None


def test_other_events_and_spans_that_are_no_call_are_left_alone() -> None:
    assert error_type("ValueError", name="retry") is None
    assert error_type("ValueError", attributes={"http.route": "/"}) is None
