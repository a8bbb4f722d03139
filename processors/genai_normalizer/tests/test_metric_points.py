"""Names, units and labels of metrics (R10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from spanloom.batch import Metrics
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.dialect import Dialect, MetricRule
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.metric_points import MetricNames
from spanloom.processors.genai_normalizer.profiles import NEWEST, PROFILES
from spanloom.testing import build_metrics, make_settings
from spanloom.testing.builders import key_values

CAPTURES = Path(__file__).resolve().parents[3] / "tests" / "genai" / "captures"
LATENCY = Dialect("acme", metrics=(MetricRule("acme.latency", "gen_ai.x", "s", 0.001),))


def normalized(batch: Metrics, **config: Any) -> Metrics:
    processed = GenaiNormalizer(Config(**config), make_settings()).process(batch)
    assert isinstance(processed, Metrics)
    return processed


def batch_of(*metrics: Metric, scope: str = "x") -> Metrics:
    request = build_metrics(0)
    group = request.resource_metrics[0].scope_metrics[0]
    group.scope.name = scope
    del group.metrics[:]
    group.metrics.extend(metrics)
    return Metrics.from_message(request)


def histogram(name: str, unit: str, *labels: dict[str, Any]) -> Metric:
    metric = Metric(name=name, unit=unit)
    for attributes in labels:
        metric.histogram.data_points.add(
            count=1,
            sum=500.0,
            min=500.0,
            max=500.0,
            bucket_counts=[0, 1],
            explicit_bounds=[100.0],
            attributes=key_values(attributes),
        )
    return metric


def names(batch: Metrics) -> list[tuple[str, str]]:
    return list(zip(batch.metric_names, batch.metric_units, strict=True))


def test_metrics_without_a_part_in_this_leave_byte_for_byte() -> None:
    request = build_metrics(9).SerializeToString()
    batch = normalized(Metrics.from_bytes(request), target="semconv-1.37")
    assert batch.encode() == [request]


def test_tokens_of_both_types_get_metrics_of_their_own() -> None:
    usage = histogram(
        "gen_ai.client.token.usage",
        "token",
        {"gen_ai.token.type": "input", "gen_ai.request.model": "m"},
        {"gen_ai.token.type": "output"},
        {"gen_ai.token.type": "other"},
    )
    batch = normalized(batch_of(usage))
    assert names(batch) == [
        ("gen_ai.client.inference.operation.input_tokens", "{token}"),
        ("gen_ai.client.inference.operation.output_tokens", "{token}"),
        ("gen_ai.client.token.usage", "{token}"),
        ("gen_ai.client.inference.usage.input_tokens", "{token}"),
        ("gen_ai.client.inference.usage.output_tokens", "{token}"),
    ]
    assert batch.attribute("gen_ai.token.type").strings() == ["", "", "other", "", ""]
    assert batch.attribute("gen_ai.request.model").strings() == ["m", "", "", "m", ""]


def test_older_targets_keep_the_token_histogram() -> None:
    usage = histogram("gen_ai.client.token.usage", "token", {"gen_ai.token.type": "input"})
    batch = normalized(batch_of(usage), target="semconv-1.37")
    assert names(batch) == [("gen_ai.client.token.usage", "{token}")]


def test_only_calls_of_a_model_have_the_inference_metric() -> None:
    duration = histogram(
        "gen_ai.client.operation.duration",
        "s",
        {"gen_ai.operation.name": "chat"},
        {"gen_ai.operation.name": "execute_tool"},
        {},
        {"gen_ai.response.model": "m"},
    )
    batch = normalized(batch_of(duration))
    assert batch.metric_names == [
        "gen_ai.client.inference.duration",
        "gen_ai.client.operation.duration",
    ]
    assert batch.metric_index.tolist() == [0, 0, 1, 1]


def test_milliseconds_become_seconds_with_their_bounds() -> None:
    metric = histogram("acme.latency", "ms", {})
    metric.histogram.data_points[0].exemplars.add(as_int=500)
    batch = batch_of(metric)
    batch = MetricNames([LATENCY], PROFILES[NEWEST]).apply(batch, pytest.fail)
    assert names(batch) == [("gen_ai.x", "s")]
    [message] = batch.metrics()
    [point] = message.histogram.data_points
    assert (point.sum, point.min, point.max) == (0.5, 0.5, 0.5)
    assert list(point.explicit_bounds) == [0.1]
    assert list(point.bucket_counts) == [0, 1]
    assert point.exemplars[0].as_double == 0.5


def test_summaries_become_seconds_with_their_quantiles() -> None:
    metric = Metric(name="acme.latency", unit="ms")
    point = metric.summary.data_points.add(count=2, sum=600.0)
    point.quantile_values.add(quantile=0.5, value=250.0)
    batch = batch_of(metric)
    batch = MetricNames([LATENCY], PROFILES[NEWEST]).apply(batch, pytest.fail)
    [rescaled] = batch.metrics()
    [after] = rescaled.summary.data_points
    assert (rescaled.name, rescaled.unit, after.count) == ("gen_ai.x", "s", 2)
    assert after.sum == 0.6
    assert [(q.quantile, q.value) for q in after.quantile_values] == [(0.5, 0.25)]


def test_exponential_buckets_are_not_rescaled_and_told() -> None:
    metric = Metric(name="acme.latency", unit="ms")
    metric.exponential_histogram.data_points.add(count=1, sum=5.0, scale=2)
    batch = batch_of(metric)
    problems: list[str] = []
    batch = MetricNames([LATENCY], PROFILES[NEWEST]).apply(batch, problems.append)
    assert names(batch) == [("acme.latency", "ms")]
    assert problems == ["metric_not_rescaled"]


def test_exponential_buckets_may_change_their_name() -> None:
    metric = Metric(name="acme.latency", unit="s")
    metric.exponential_histogram.data_points.add(count=1, sum=5.0, scale=2)
    batch = batch_of(metric)
    rule = replace(LATENCY.metrics[0], scale=1.0)
    batch = MetricNames([replace(LATENCY, metrics=(rule,))], PROFILES[NEWEST]).apply(
        batch, pytest.fail
    )
    assert names(batch) == [("gen_ai.x", "s")]


def test_what_a_client_measured_is_no_servers_metric() -> None:
    metric = histogram("gen_ai.server.time_to_first_token", "s", {})
    client = normalized(batch_of(metric, scope="opentelemetry.instrumentation.openai.v1"))
    assert client.metric_names == ["gen_ai.client.operation.time_to_first_chunk"]
    server = normalized(batch_of(metric, scope="vllm"))
    assert server.metric_names == ["gen_ai.server.time_to_first_token"]


def test_labels_are_renamed_but_no_label_makes_new_series() -> None:
    labels = {
        "gen_ai.system": "OpenAI",
        "server.address": "https://api.openai.com/v1",
        "traceloop.association.properties.user_id": "u",
    }
    batch = normalized(
        batch_of(histogram("x", "s", labels), scope="opentelemetry.instrumentation.openai.v1")
    )
    assert batch.attribute("gen_ai.provider.name").strings() == ["openai"]
    assert batch.attribute("server.address").strings() == ["api.openai.com"]
    assert batch.attribute("server.port").ints().tolist() == [443]
    assert not {"user.id", "gen_ai.normalized.from"} & set(batch.keys())


@pytest.mark.parametrize("name", ["openllmetry", "opentelemetry_openai_v2"])
def test_captured_metrics_are_as_the_golden_file(
    name: str, golden: Callable[[str, Any], None]
) -> None:
    captured = (CAPTURES / name / "metrics.json").read_bytes()
    batch = normalized(Metrics.from_json(captured), token_counters=False)
    assert len(batch) == len(Metrics.from_json(captured))
    golden(f"metrics/{name}.json", [list(pair) for pair in names(batch)])
