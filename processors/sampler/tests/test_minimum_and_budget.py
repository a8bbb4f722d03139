"""Some of every model, and so many in all."""

from __future__ import annotations

import itertools
import os
from typing import Any

import numpy as np
import pytest

from spanloom.batch import Traces
from spanloom.config.fields import Duration
from spanloom.processors.sampler.budget import Budget
from spanloom.processors.sampler.config import Budget as BudgetConfig
from spanloom.processors.sampler.config import Config
from spanloom.processors.sampler.span_scope import SpanSampler
from spanloom.testing import FakeClock, build_traces, make_settings


def make(clock: FakeClock | None = None, **config: Any) -> SpanSampler:
    made = Config.model_validate({"mode": "equalizing", "sampling_percentage": 0.0, **config})
    return SpanSampler(made, make_settings("sampler", clock=clock or FakeClock()))


def spans(n_spans: int, models: list[str]) -> Traces:
    """Spans of random traces, going round the models."""
    request = build_traces(n_spans, content_bytes=0)
    for index, span in enumerate(request.resource_spans[0].scope_spans[0].spans):
        span.trace_id = os.urandom(16)
        for attribute in span.attributes:
            if attribute.key == "gen_ai.request.model":
                attribute.value.string_value = models[index % len(models)]
    return Traces.from_message(request)


def count(batch: Traces) -> dict[str, int]:
    column = batch.attribute("gen_ai.request.model")
    return {name: int((column.codes == code).sum()) for code, name in enumerate(column.values)}


def test_the_first_of_every_model_are_kept_in_every_minute() -> None:
    clock = FakeClock()
    sampler = make(clock, minimum={"per_model_per_minute": 3})
    assert count(sampler.process(spans(100, ["a", "a", "b"]))) == {"a": 3, "b": 3}
    assert len(sampler.process(spans(100, ["a", "b"]))) == 0
    clock.advance(61)
    assert count(sampler.process(spans(100, ["a", "a", "b"]))) == {"a": 3, "b": 3}


def test_what_the_minimum_keeps_weighs_one() -> None:
    sampler = make(minimum={"per_model_per_minute": 5}, reason_attribute="why")
    batch = sampler.process(spans(100, ["a"]))
    assert set(batch.trace_state.strings()) == {"ot=th:0"}
    assert batch.attribute("why").values == ["minimum"]


def test_models_beyond_the_bound_share_one_count() -> None:
    sampler = make(minimum={"per_model_per_minute": 2, "models_max": 10})
    kept = sampler.process(spans(10_000, [f"model-{i}" for i in range(10_000)]))
    assert len(kept) == 10 + 2
    labels = {"processor": "sampler"}
    value = sampler.settings.telemetry.value("spanloom_processor_sampler_models", labels)
    assert value == 11


def test_the_minimum_counts_what_chance_keeps_too() -> None:
    sampler = make(sampling_percentage=100.0, minimum={"per_model_per_minute": 3})
    assert len(sampler.process(spans(50, ["a"]))) == 50


def drive(budget: Budget, clock: FakeClock, offered_per_s: float, seconds: int) -> list[float]:
    """The percentage after each second of a steady load."""
    percents = []
    for _ in range(seconds):
        clock.advance(1.0)
        budget.note(offered_per_s * budget.percent / 100, 0.0)
        percents.append(budget.percent)
    return percents


def test_the_budget_is_held_and_given_back() -> None:
    clock = FakeClock()
    config = BudgetConfig(spans_per_second=100.0, interval=Duration("2s"))
    budget = Budget(config, 50.0, clock)
    assert budget.percent == 50.0
    busy = drive(budget, clock, 10_000, 40)
    assert 10_000 * busy[-1] / 100 <= 100 < 10_000 * busy[-1] / 100 * 2
    changes = np.array([50.0, *busy[:-1]]) / np.array(busy)
    assert changes.max() <= 2.0 + 1e-9
    calm = drive(budget, clock, 50, 60)
    assert calm[-1] == 50.0
    assert (np.array(calm) / np.array([busy[-1], *calm[:-1]])).max() <= 2.0 + 1e-9


def test_the_percentage_stays_within_its_bounds() -> None:
    clock = FakeClock()
    config = BudgetConfig(spans_per_second=1.0, interval=Duration("1s"), min_percentage=2.0)
    budget = Budget(config, 100.0, clock)
    assert drive(budget, clock, 1e9, 50)[-1] == pytest.approx(2.0, rel=0.2)
    assert min(drive(budget, clock, 1e9, 50)) >= 2.0


def test_names_longer_than_those_of_models_share_one_count() -> None:
    sampler = make(minimum={"per_model_per_minute": 2})
    names = [letter * 257 for letter in "abcdef"]
    kept = sampler.process(spans(60, [*names, "short"]))
    assert sum(count(kept).values()) == 4
    assert count(kept)["short"] == 2
    minimum = sampler._decider.minimum
    assert minimum is not None
    assert minimum.n_models == 2


def test_what_rules_keep_comes_first_in_the_budget_and_is_not_cut() -> None:
    clock = FakeClock()
    rules = [{"name": "a", "attributes": [{"key": "gen_ai.request.model", "equals": "a"}]}]
    sampler = make(
        clock,
        sampling_percentage=100.0,
        rules=rules,
        budget={"spans_per_second": 60.0, "interval": "1s"},
    )
    for _ in range(30):
        clock.advance(1.0)
        kept = count(sampler.process(spans(200, ["a", "b", "b", "b"])))
        assert kept["a"] == 50
    # 10 a second are left for the 150 of the other model.
    percent = sampler.settings.telemetry.value(
        "spanloom_processor_sampler_percentage", {"processor": "sampler"}
    )
    assert 10 / 150 * 100 / 1.2 < percent <= 10 / 150 * 100


def test_thresholds_under_a_budget_are_nested() -> None:
    clock = FakeClock()
    sampler = make(
        clock, sampling_percentage=100.0, budget={"spans_per_second": 10.0, "interval": "1s"}
    )
    request = spans(500, ["a"])
    kept: list[set[bytes]] = []
    for _ in range(8):
        clock.advance(1.0)
        batch = sampler.process(request.fork())
        kept.append({span_id.tobytes() for span_id in batch.span_id})
        batch.ack()
    request.ack()
    assert all(later <= earlier for earlier, later in itertools.pairwise(kept))
    assert len(kept[-1]) < 50 < len(kept[0])
