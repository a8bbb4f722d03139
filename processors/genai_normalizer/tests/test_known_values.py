"""Values that are remembered to be right are told apart from others that look alike."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom import semconv
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.tests.conftest import attributes_of, make_batch
from spanloom.testing import make_settings

STOPS = "gen_ai.request.stop_sequences"


@pytest.mark.parametrize(
    ("key", "known", "alike", "expected"),
    [
        (STOPS, ["1"], "1", ["1"]),
        (STOPS, ["a", "b"], ["a"], ["a"]),
        (semconv.FINISH_REASONS, ["stop"], ["tool_calls"], ["tool_call"]),
        (semconv.FINISH_REASONS, ["stop"], ["stop", "tool_calls"], ["stop", "tool_call"]),
        (semconv.PROVIDER, "openai", "OpenAI", "openai"),
    ],
)
def test_what_looks_like_a_known_value_is_converted(
    key: str, known: Any, alike: Any, expected: Any
) -> None:
    processor = GenaiNormalizer(Config(), make_settings())
    processor.process(make_batch({key: known}))
    assert attributes_of(processor.process(make_batch({key: known}, {key: alike}))) == [
        {key: known},
        {key: expected},
    ]


def test_lists_that_hold_lists_are_survived() -> None:
    batch = make_batch({STOPS: [["a"], {"b": 1}]}, {STOPS: ["a"]})
    GenaiNormalizer(Config(), make_settings()).process(batch)
    assert batch.attribute(STOPS).present.all()
