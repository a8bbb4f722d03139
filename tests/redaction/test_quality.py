"""The shipped rules against the marks, on templates that they were not written against."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from redaction import attacks, independent, quality, score
from redaction.corpus import Prompt, prompts

SEED = 17
# Enough that one miss in a hundred shows; `bench/redaction/quality.py` takes more.
N_EACH = 80


@pytest.fixture(scope="module")
def redact() -> score.Redact:
    return quality.redactor("native")


@pytest.fixture(scope="module")
def corpus() -> list[Prompt]:
    return prompts("held-out", N_EACH, SEED)


@pytest.fixture(scope="module")
def recalls(redact: score.Redact, corpus: list[Prompt]) -> dict[str, score.Score]:
    return score.recall(redact, corpus, "none")


@pytest.fixture(scope="module")
def precisions(redact: score.Redact, corpus: list[Prompt]) -> dict[str, score.Score]:
    return score.precision(redact, corpus)


@pytest.mark.parametrize("entity", score.MARKS)
def test_finds_as_many_as_asked_for(entity: str, recalls: dict[str, score.Score]) -> None:
    one = recalls[entity]
    # At this size one miss more or less is chance.
    allowed = max(1.0, (1 - score.MARKS[entity][0]) * one.labelled)
    assert len(one.missed) <= allowed, one.missed[:5]


@pytest.mark.parametrize("entity", score.MARKS)
def test_invents_no_more_than_asked_for(entity: str, precisions: dict[str, score.Score]) -> None:
    one = precisions[entity]
    allowed = max(1.0, (1 - score.MARKS[entity][1]) * one.right)
    assert one.wrong <= allowed, one.invented[:5]


@pytest.mark.parametrize("transform", score.MARKED_FORMS)
def test_finds_values_in_hidden_forms(
    transform: str, redact: score.Redact, corpus: list[Prompt]
) -> None:
    for entity, one in score.recall(redact, corpus, transform).items():
        assert one.recall >= score.TRANSFORMED_RECALL, (entity, one.missed[:3])


def test_every_vendor_format_is_found_in_a_sentence(redact: score.Redact) -> None:
    missed = quality.missed_vendors(redact, SEED)
    assert not missed


def test_clean_prompts_are_no_injections(redact: score.Redact) -> None:
    weights = attacks.weights()
    told = [
        text
        for text in attacks.CLEAN
        if attacks.score(redact(text, "log.body"), weights) >= attacks.THRESHOLD
    ]
    assert told == []


def test_half_of_the_held_out_attacks_are_told_at_least(redact: score.Redact) -> None:
    weights = attacks.weights()
    scores = [attacks.score(redact(text, "log.body"), weights) for text in attacks.HELD_OUT]
    assert quality.share(scores, attacks.THRESHOLD) >= 0.5


def test_both_engines_see_the_same_signals(redact: score.Redact) -> None:
    oracle = quality.redactor("python")
    for text in attacks.ATTACKS + attacks.CLEAN:
        told = [
            sorted((one.rule, one.start, one.end) for one in engine(text, "log.body").findings)
            for engine in (redact, oracle)
        ]
        assert told[0] == told[1], text


@pytest.mark.parametrize("folder", independent.ROUNDS)
def test_finds_what_others_wrote(folder: str, redact: score.Redact) -> None:
    found = independent.weigh(redact, independent.texts(folder, "held-out"))
    assert all(one.labelled for one in found.values())
    for entity, one in found.items():
        assert one.recall >= 0.93, entity
        assert one.precision >= 0.95, entity


@pytest.mark.parametrize("folder", independent.ROUNDS)
def test_tells_attacks_of_others_from_clean_texts(folder: str, redact: score.Redact) -> None:
    told = independent.told_shares(redact, folder, "held-out")
    assert told["attack"] >= 0.3
    assert told["clean"] <= 0.02
