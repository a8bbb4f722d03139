"""Spans of vLLM's server, built as its source and a published capture of 0.29 have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from spanloom import semconv
from spanloom.batch import Metrics
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.testing import make_settings

Normalize = Callable[..., list[dict[str, Any]]]
SPAN = {
    "gen_ai.latency.time_to_first_token": 0.11554598808288574,
    "gen_ai.latency.e2e": 0.25359678268432617,
    "gen_ai.latency.time_in_queue": 5.4589007049798965e-05,
    "gen_ai.usage.prompt_tokens": 14,
    "gen_ai.usage.completion_tokens": 8,
    "gen_ai.latency.time_in_model_prefill": 0.057814636995317414,
    "gen_ai.latency.time_in_model_decode": 0.13830458300071768,
    "gen_ai.latency.time_in_model_inference": 0.19611922,
    "gen_ai.request.id": "req-vllm-029-001",
    "gen_ai.request.max_tokens": 8,
    "gen_ai.request.n": 1,
}


def test_a_request_is_as_the_golden_file(
    normalize: Normalize, golden: Callable[[str, Any], None]
) -> None:
    spans = normalize(SPAN, scope="vllm.llm_engine", remove_originals=True)
    golden("vllm/spans.json", spans)


def test_no_model_is_invented(normalize: Normalize) -> None:
    (span,) = normalize(SPAN, scope="vllm.llm_engine")
    assert semconv.REQUEST_MODEL not in span
    assert semconv.RESPONSE_MODEL not in span


def test_times_of_phases_keep_their_names(normalize: Normalize) -> None:
    (span,) = normalize(SPAN, scope="vllm.llm_engine", remove_originals=True)
    phases = {key for key in SPAN if key.startswith("gen_ai.latency.time_in_")}
    assert phases <= span.keys()


def test_histograms_that_prometheus_brings_get_the_servers_names() -> None:
    request = ExportMetricsServiceRequest()
    scope = request.resource_metrics.add().scope_metrics.add()
    scope.scope.name = "prometheusreceiver"
    metric = scope.metrics.add(name="vllm:time_to_first_token_seconds")
    metric.histogram.data_points.add(count=1, sum=0.25, bucket_counts=[1, 0], explicit_bounds=[1.0])
    batch = GenaiNormalizer(Config(), make_settings()).process(Metrics.from_message(request))
    assert isinstance(batch, Metrics)
    assert batch.metric_names == ["gen_ai.server.time_to_first_token"]
    assert batch.metric_units == ["s"]
    assert batch.to_message().resource_metrics[0].scope_metrics[0].metrics[0].histogram == (
        metric.histogram
    )
