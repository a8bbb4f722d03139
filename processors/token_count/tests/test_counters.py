"""Who counts for which model, and what is refused at start."""

import importlib.util
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from spanloom.processors.token_count.config import Config, Vocabulary
from spanloom.processors.token_count.counters import Counters
from spanloom.processors.token_count.token_count import TokenCountProcessor
from spanloom.testing import make_settings


def exact(*own: Vocabulary) -> Config:
    """Exact counting; skips the test where the extra is not installed."""
    pytest.importorskip("splintr")
    return Config(method="splintr", vocabularies=list(own))


def test_known_models_get_their_vocabulary() -> None:
    counters = Counters(exact(), ".")
    assert counters.of("gpt-4o")[0] == "splintr:o200k_base"
    assert counters.of("Qwen/Qwen3-8B")[0] == "splintr:qwen3"


@pytest.mark.parametrize("model", ["claude-opus-4-1", ""])
def test_models_without_a_vocabulary_get_the_heuristic(model: str) -> None:
    assert Counters(exact(), ".").of(model)[0] == "heuristic"


def test_own_names_of_models_get_their_vocabulary() -> None:
    counters = Counters(exact(Vocabulary(models=["house-*", "*-cabin"], name="qwen3")), ".")
    assert counters.of("House-large")[0] == "splintr:qwen3"
    assert counters.of("log-cabin")[0] == "splintr:qwen3"
    assert counters.of("gpt-4o")[0] == "splintr:o200k_base"


def test_a_tokenizer_file_counts_for_the_models_it_is_given_to(tmp_path: Path) -> None:
    model = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
    (tmp_path / "house.json").write_text(json.dumps({"version": "1.0", "model": model}))
    entry = Vocabulary(models=["gpt-4o"], file="house.json")
    method, count = Counters(exact(entry), str(tmp_path)).of("gpt-4o")
    assert method == "splintr:house"
    assert count(["abab", "aab"]) == 4


def test_splintr_missing_is_told_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ValueError, match=r"pip install 'spanloom\[tokens\]'"):
        TokenCountProcessor(Config(method="splintr"), make_settings())


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Vocabulary(models=["x"], file="absent.json"), r"absent\.json cannot be read"),
        (Vocabulary(models=["x"], name="no_such_vocabulary"), "no_such_vocabulary"),
    ],
)
def test_a_vocabulary_that_cannot_be_had_is_told_at_start(
    tmp_path: Path, entry: Vocabulary, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        TokenCountProcessor(exact(entry), make_settings(config_dir=str(tmp_path)))


def test_a_vocabulary_has_a_name_or_a_file() -> None:
    for both in ({}, {"name": "qwen3", "file": "x.json"}):
        with pytest.raises(ValidationError, match="either name or file"):
            Vocabulary(models=["x"], **both)


def test_vocabularies_need_splintr() -> None:
    with pytest.raises(ValidationError, match="need `method: splintr`"):
        Config(vocabularies=[Vocabulary(models=["x"], name="qwen3")])
