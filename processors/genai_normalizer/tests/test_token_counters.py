"""Counters of tokens from histograms (R10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, Metric
from spanloom_native import Ledger

from spanloom.batch import Metrics
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.tests.test_metric_points import batch_of, normalized
from spanloom.testing import Recording, attach, make_settings
from spanloom.testing.builders import key_values

USAGE = "gen_ai.client.token.usage"
COUNTER = "gen_ai.client.inference.usage."
DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
Point = dict[str, Any]


def usage(*points: Point, kind: str = "histogram", temporality: Any = CUMULATIVE) -> Metric:
    """Each point has a `type` of tokens; other fields are those of the data point."""
    metric = Metric(name=USAGE, unit="token")
    data = getattr(metric, kind)
    data.aggregation_temporality = temporality
    for fields in points:
        given = {**fields}
        labels = {"gen_ai.token.type": given.pop("type"), **given.pop("labels", {})}
        data.data_points.add(attributes=key_values(labels), **given)
    return metric


def counters(batch: Metrics) -> Iterator[Metric]:
    yield from (metric for metric in batch.metrics() if metric.name.startswith(COUNTER))


@pytest.mark.parametrize("kind", ["histogram", "exponential_histogram"])
@pytest.mark.parametrize("temporality", [DELTA, CUMULATIVE])
def test_a_counter_is_the_sum_of_the_same_series_over_the_same_time(
    kind: str, temporality: Any
) -> None:
    time = {"start_time_unix_nano": 5, "time_unix_nano": 9}
    point = {"type": "input", "labels": {"gen_ai.request.model": "m"}, "count": 2, "sum": 1501.0}
    batch = normalized(batch_of(usage({**point, **time}, kind=kind, temporality=temporality)))
    [counter] = counters(batch)
    assert (counter.name, counter.unit) == (COUNTER + "input_tokens", "{token}")
    assert counter.sum.is_monotonic
    assert counter.sum.aggregation_temporality == temporality
    [made] = counter.sum.data_points
    assert (made.as_int, made.start_time_unix_nano, made.time_unix_nano) == (1501, 5, 9)
    assert {a.key: a.value.string_value for a in made.attributes} == {
        "gen_ai.request.model": "m",
        "gen_ai.token.modality": "unknown",
    }


def test_each_type_has_a_counter_with_all_its_series() -> None:
    labels: list[Any] = [{"gen_ai.request.model": model} for model in ("a", "b")]
    points = [
        {"type": kind, "labels": label, "sum": float(value)}
        for value, (kind, label) in enumerate((k, m) for k in ("input", "output") for m in labels)
    ]
    batch = normalized(batch_of(usage(*points)))
    found = {m.name: [point.as_int for point in m.sum.data_points] for m in counters(batch)}
    assert found == {COUNTER + "input_tokens": [0, 1], COUNTER + "output_tokens": [2, 3]}


def test_the_histograms_stay_beside_the_counters() -> None:
    batch = normalized(batch_of(usage({"type": "input", "sum": 3.0, "count": 1})))
    kept = next(m for m in batch.metrics() if not m.name.startswith(COUNTER))
    assert [(p.sum, p.count) for p in kept.histogram.data_points] == [(3.0, 1)]


@pytest.mark.parametrize("point", [{}, {"sum": float("nan")}, {"sum": -1.0}, {"sum": float("inf")}])
def test_what_tells_no_sum_that_grows_gets_no_counter(point: Point) -> None:
    batch = normalized(batch_of(usage({"type": "input", **point})))
    assert list(counters(batch)) == []
    assert len(batch) == 1


def test_a_sum_that_no_integer_holds_is_a_double() -> None:
    batch = normalized(
        batch_of(usage({"type": "input", "sum": 2.5}, {"type": "input", "sum": 1e30}))
    )
    [counter] = counters(batch)
    assert [point.as_double for point in counter.sum.data_points] == [2.5, 1e30]


def test_a_library_that_has_the_counters_is_not_counted_twice() -> None:
    own = Metric(name=COUNTER + "input_tokens", unit="{token}")
    own.sum.data_points.add(as_int=7)
    both = usage({"type": "input", "sum": 7.0}, {"type": "output", "sum": 8.0})
    found = {m.name: m.sum.data_points[0].as_int for m in counters(normalized(batch_of(own, both)))}
    assert found == {COUNTER + "input_tokens": 7, COUNTER + "output_tokens": 8}


@pytest.mark.parametrize("config", [{"token_counters": False}, {"target": "semconv-1.37"}])
def test_there_are_none_where_they_are_not_wanted_or_not_known(config: dict[str, Any]) -> None:
    batch = normalized(batch_of(usage({"type": "input", "sum": 3.0})), **config)
    assert list(counters(batch)) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["input", "output", "other", ""]),
            st.one_of(st.none(), st.integers(0, 1 << 60).map(float)),
        ),
        min_size=1,
    ),
    st.sampled_from([DELTA, CUMULATIVE]),
)
def test_counters_hold_all_sums_and_a_second_pass_changes_nothing(
    points: list[tuple[str, float | None]], temporality: Any
) -> None:
    made = [
        {"type": t, "labels": {"n": n}} | ({} if s is None else {"sum": s})
        for n, (t, s) in enumerate(points)
    ]
    once = normalized(batch_of(usage(*made, temporality=temporality)))
    for name in ("input", "output"):
        expected = [int(s) for t, s in points if t == name and s is not None]
        found = [
            p.as_int
            for m in counters(once)
            if m.name == f"{COUNTER}{name}_tokens"
            for p in m.sum.data_points
        ]
        assert found == expected
    request = once.encode()
    [twice] = [normalized(Metrics.from_bytes(raw)) for raw in request]
    assert twice.to_message() == Metrics.from_bytes(request[0]).to_message()


def test_points_that_are_added_are_in_the_books() -> None:
    ledger, recording = Ledger(), Recording()
    processor = attach(GenaiNormalizer(Config(), make_settings()), recording)
    batch = batch_of(usage({"type": "input", "sum": 3.0}))
    batch.enter(ledger)
    processor.consume(batch)
    books = ledger.snapshot()
    assert (books["received"], books["delivered"], books["dropped"]) == (2, 2, {})
    assert recording.n_items == 2
