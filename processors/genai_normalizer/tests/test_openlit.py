"""OpenLIT: nearly current names, and times that are measured for streams only."""

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
from spanloom.testing.builders import key_values

Normalize = Callable[..., list[dict[str, Any]]]
SCOPE = "openlit.instrumentation.openai"


def test_captured_spans_are_as_the_golden_file(
    renamed: Callable[[str], Any], golden: Callable[[str, Any], None]
) -> None:
    golden("openlit/spans.json", renamed("openlit"))


def test_the_time_of_a_whole_answer_is_no_time_to_a_first_chunk(normalize: Normalize) -> None:
    time = {"gen_ai.server.time_to_first_token": 0.25}
    plain, streamed = normalize(
        {**time, "gen_ai.request.stream": False},
        {**time, "gen_ai.request.stream": True},
        scope=SCOPE,
    )
    assert semconv.TIME_TO_FIRST_CHUNK not in plain
    assert streamed[semconv.TIME_TO_FIRST_CHUNK] == 0.25


def test_metrics_of_gpus_get_the_hardware_conventions_names_and_units() -> None:
    request = ExportMetricsServiceRequest()
    scope = request.resource_metrics.add().scope_metrics.add()
    scope.scope.name = "openlit.otel.metrics"
    attributes = key_values({"gpu.uuid": "GPU-1"})
    for name, value in (("gpu.utilization", 50.0), ("gpu.memory.used", 2.0)):
        scope.metrics.add(name=name).gauge.data_points.add(as_double=value, attributes=attributes)
    batch = GenaiNormalizer(Config(), make_settings()).process(Metrics.from_message(request))
    assert isinstance(batch, Metrics)
    assert batch.metric_names == ["hw.gpu.utilization", "hw.gpu.memory.usage"]
    assert batch.metric_units == ["1", "By"]
    assert batch.value.tolist() == [0.5, 2_097_152.0]
    assert batch.attribute("hw.id").strings() == ["GPU-1", "GPU-1"]


def test_the_cost_it_computed_is_kept(normalize: Normalize) -> None:
    (span,) = normalize({"gen_ai.usage.cost": 0.5}, scope=SCOPE, remove_originals=True)
    assert span["gen_ai.usage.cost"] == 0.5
