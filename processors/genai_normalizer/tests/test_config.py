"""What a configuration may say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.dialects import load_dialects


def test_the_collectors_configuration_is_taken_as_it_is() -> None:
    config = Config.model_validate(
        {
            "sources": {
                "openinference": {
                    "remove_originals": True,
                    "overwrite": False,
                    "custom_mappings": {"my_vendor.model": "gen_ai.request.model"},
                },
                "openllmetry": {},
                "custom": {"custom_mappings": {"a.tokens": "gen_ai.usage.input_tokens"}},
            }
        }
    )
    assert config.enabled() == {"openinference", "openllmetry"}


def test_without_a_choice_all_dialects_are_looked_for() -> None:
    assert Config().enabled() == {dialect.name for dialect in load_dialects()}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"sources": {"openinferenc": {}}}, "'openinferenc' is none of: .*openinference"),
        ({"dialects": ["-nothing"]}, "'nothing' is none of"),
        ({"custom_mappings": {"a": "a"}}, "'a' is mapped to itself"),
        ({"sources": {"custom": {"custom_mappings": {"a": "a"}}}}, "'a' is mapped to itself"),
        ({"target": "semconv-1.31"}, "genai-2026-11"),
        ({"custom_mappings": {"": "a"}}, "at least 1 character"),
    ],
)
def test_a_mistake_is_told(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Config.model_validate(config)


def test_names_of_dialects_are_their_modules() -> None:
    for dialect in load_dialects():
        assert dialect.name.isidentifier()
        assert dialect.rules or dialect.refine or dialect.metrics
