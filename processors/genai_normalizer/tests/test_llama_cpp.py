"""llama.cpp's server: what its wrappers copy from it, and metrics that have no counterpart."""

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
    "model": "gemma-3-1b-it-Q4_K_M",
    "tokens_evaluated": 12,
    "tokens_predicted": 34,
    "timings.prompt_ms": 25.0,
    "timings.predicted_ms": 500.0,
}


def test_a_completion_is_as_the_golden_file(
    normalize: Normalize, golden: Callable[[str, Any], None]
) -> None:
    golden("llama_cpp/spans.json", normalize(SPAN, scope="llama.cpp", remove_originals=True))


def test_its_names_mean_nothing_elsewhere(normalize: Normalize) -> None:
    (span,) = normalize(SPAN, scope="another.library")
    assert span == SPAN
    assert semconv.PROVIDER not in span


def test_its_metrics_stay_as_they_are() -> None:
    request = ExportMetricsServiceRequest()
    scope = request.resource_metrics.add().scope_metrics.add()
    scope.metrics.add(name="llamacpp:prompt_tokens_total").sum.data_points.add(as_int=7)
    batch = GenaiNormalizer(Config(), make_settings()).process(Metrics.from_message(request))
    assert batch.to_message() == request
