"""How far the heuristic is from real vocabularies, and what it makes of odd text."""

import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanloom.processors.token_count.counters import _VOCABULARIES
from spanloom.processors.token_count.families import Family, family_of
from spanloom.processors.token_count.heuristic import _TABLE, estimate

TEXTS = {path.stem: path.read_text() for path in (Path(__file__).parent / "texts").glob("*.txt")}
# Measured: 24 % at most for OpenAI's newest vocabulary, 40 % (Qwen, Russian) for any.
ERROR_MAX, ERROR_MAX_ANY, ERROR_MAX_ENGLISH = 0.25, 0.45, 0.10


@cache
def vocabulary(family: Family) -> Any:
    """What really counts for a family; skips the test where the extra is not installed."""
    return pytest.importorskip("splintr").Tokenizer.from_pretrained(_VOCABULARIES[family])


def error(text: str, family: Family) -> float:
    """Relative to the real count, negative where the estimate is too low."""
    return estimate(text, family) / len(vocabulary(family).encode_ordinary(text)) - 1


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_is_within_a_quarter_of_the_newest_openai_vocabulary(name: str) -> None:
    assert abs(error(TEXTS[name], "o200k")) < ERROR_MAX


@pytest.mark.parametrize("family", _VOCABULARIES)
def test_is_within_its_stated_error_for_every_family(family: Family) -> None:
    errors = {name: error(text, family) for name, text in TEXTS.items()}
    assert max(map(abs, errors.values())) < ERROR_MAX_ANY
    assert abs(errors["english"]) < ERROR_MAX_ENGLISH


def test_four_characters_per_token_would_be_far_off_for_chinese() -> None:
    text = TEXTS["chinese"]
    n_tokens = len(vocabulary("o200k").encode_ordinary(text))
    assert len(text) / 4 < n_tokens / 2
    assert abs(estimate(text, "o200k") - n_tokens) < n_tokens / 4


def test_claude_has_an_eighth_more_tokens_than_openai() -> None:
    text = TEXTS["english"]
    assert math.isclose(estimate(text, "claude"), estimate(text, "o200k") * 4.0 / 3.5)


def test_no_text_has_no_tokens() -> None:
    assert estimate("", "o200k") == 0


@given(st.text(), st.sampled_from(sorted(_TABLE)))
def test_every_text_has_a_finite_count(text: str, family: Family) -> None:
    tokens = estimate(text, family)
    assert 0 <= tokens <= 3 * len(text.encode("utf-8", "replace"))


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-mini-2024-07-18", "o200k"),
        ("gpt-5.1", "o200k"),
        ("openai/gpt-oss-120b", "o200k"),
        ("o3-mini", "o200k"),
        ("gpt-4-turbo", "cl100k"),
        ("gpt-35-turbo", "cl100k"),
        ("text-embedding-3-small", "cl100k"),
        ("claude-sonnet-4-5", "claude"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "claude"),
        ("meta-llama/Llama-3.1-70B-Instruct", "llama"),
        ("Qwen/Qwen2.5-7B", "qwen"),
        ("deepseek-chat", "deepseek"),
        ("deepseek-r1-distill-llama-70b", "llama"),
        ("mistral-small-24b", "mistral"),
        ("mixtral-8x7b", "mistral"),
        ("codestral-latest", "mistral"),
        ("models/gemini-2.5-flash", "gemma"),
        ("kimi-k2-instruct", "kimi"),
        ("glm-4.6", "glm"),
        ("phi-4", "cl100k"),
        ("our-own-model", "o200k"),
        ("turbo3", "o200k"),
        ("", "o200k"),
    ],
)
def test_family_follows_from_the_name(model: str, family: str) -> None:
    assert family_of(model) == family
