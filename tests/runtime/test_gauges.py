"""The gauges of components show those that are at work, and go with them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from spanloom.service import StartError
from spanloom.testing import build_logs, build_traces
from spanloom.testing.sink import RecordingSink
from tests.runtime.conftest import Running, Sender

CONFIG = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:PORT"}}}
processors:
  sampler:
    sampling_percentage: 100
    scope: trace
    trace: {decision_wait: 60s}
exporters:
  otlp: {endpoint: SINK, tls: {insecure: true}}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [sampler], exporters: [otlp]}
"""
PREFIX = "spanloom_processor_sampler_"


def config(sink: RecordingSink) -> str:
    return CONFIG.replace("SINK", sink.grpc_endpoint)


def names_of_gauges(running: Running) -> set[str]:
    """Of the sampler."""
    samples = running.service.telemetry.samples()
    return {s.name for s in samples if s.type == "gauge" and s.name.startswith(PREFIX)}


def sampler_of(running: Running) -> Any:
    return next(c for c in running.service.graph.order if "Sampler" in type(c).__name__)


def test_gauges_of_a_removed_processor_go_with_it(running: Running, sink: RecordingSink) -> None:
    running.start(config(sink))
    assert PREFIX + "held_bytes" in names_of_gauges(running)
    gone = weakref.ref(sampler_of(running))
    running.reload(config(sink).replace("processors: [sampler], ", ""))
    gc.collect()
    assert names_of_gauges(running) == set()
    assert gone() is None


def test_gauges_that_a_changed_processor_has_no_more_go(
    running: Running, sink: RecordingSink
) -> None:
    running.start(config(sink))
    gone = weakref.ref(sampler_of(running))
    text = config(sink).replace("scope: trace", "scope: span")
    running.reload(text.replace("    trace: {decision_wait: 60s}\n", ""))
    gc.collect()
    assert names_of_gauges(running) == {PREFIX + "percentage"}
    assert gone() is None


def unbuildable(text: str) -> str:
    """Its last processor can be built, the one before it cannot."""
    text = text.replace("processors:\n", "processors:\n  cost: {price_files: [missing.yaml]}\n", 1)
    return text.replace("[sampler]", "[cost, sampler]")


def unstartable(text: str) -> str:
    """A receiver finds its port taken."""
    receiver = '  otlp/2: {protocols: {grpc: {endpoint: "TAKEN"}}}\nprocessors:\n'
    return text.replace("processors:\n", receiver, 1).replace("[otlp], p", "[otlp, otlp/2], p")


@pytest.mark.parametrize("spoil", [unbuildable, unstartable])
def test_after_a_reload_that_fails_gauges_show_the_old_processors(
    running: Running, sink: RecordingSink, spoil: Callable[[str], str]
) -> None:
    running.start(config(sink))
    text = config(sink).replace("sampling_percentage: 100", "sampling_percentage: 7")
    taken = sink.http_endpoint.removeprefix("http://")
    with pytest.raises(StartError, match=r"missing.yaml|otlp/2"):
        running.reload(spoil(text).replace("TAKEN", taken))
    samples = running.service.telemetry.samples()
    assert [s.value for s in samples if s.name == PREFIX + "percentage"] == [100]


def test_gauges_of_a_processor_are_told_apart_by_pipeline(
    running: Running, sink: RecordingSink, make_sender: Callable[[int], Sender]
) -> None:
    logs = "    logs: {receivers: [otlp], processors: [sampler], exporters: [otlp]}\n"
    running.start(config(sink) + logs)
    sender = make_sender(running.port)
    for signal, request in (
        ("traces", build_traces(2)),
        ("traces", build_traces(2, seed=1)),
        ("logs", build_logs(3)),
    ):
        assert sender.send(request.SerializeToString(), signal) == grpc.StatusCode.OK
    held = {
        sample.labels["pipeline"]: sample.value
        for sample in running.service.telemetry.samples()
        if sample.name == PREFIX + "held_batches"
    }
    assert held == {"traces": 2, "logs": 1}
