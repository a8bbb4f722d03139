"""Events of spans that tell when chunks came."""

from __future__ import annotations

from typing import Any

import pytest

from spanloom import semconv
from spanloom.batch import Traces
from spanloom.processors.genai_normalizer.config import Config
from spanloom.processors.genai_normalizer.genai_normalizer import GenaiNormalizer
from spanloom.processors.genai_normalizer.tests.conftest import CAPTURES
from spanloom.telemetry import Telemetry
from spanloom.testing import build_traces, make_settings
from spanloom.testing.builders import key_values

CHUNK, NS = "llm.content.completion.chunk", 1_000_000_000
DROPPED = "spanloom_processor_genai_normalizer_dropped_events"


def batch_of(*names: str, offset_ns: int = NS // 2) -> Traces:
    """A span of OpenLLMetry with these events, and one of another library with the same."""
    request = build_traces(2, n_resources=2)
    for resource, scope in zip(request.resource_spans, ("traceloop.x", "acme"), strict=True):
        group = resource.scope_spans[0]
        group.scope.name, span = scope, group.spans[0]
        del span.attributes[:], span.events[:]
        span.attributes.extend(key_values({"gen_ai.request.model": "m"}))
        for number, name in enumerate(names):
            time = span.start_time_unix_nano + offset_ns + number
            span.events.add(name=name, time_unix_nano=time)
    return Traces.from_message(request)


def events_of(batch: Any, **config: Any) -> list[list[str]]:
    """The names of the events that are left, per span."""
    GenaiNormalizer(Config(**config), make_settings()).process(batch)
    return [[event.name for event in span.events] for span in batch.spans()]


def test_events_stay_unless_asked() -> None:
    assert events_of(batch_of(CHUNK, CHUNK)) == [[CHUNK] * 2, [CHUNK] * 2]


@pytest.mark.parametrize("config", [{"chunk_events": "drop"}, {"remove_originals": True}])
def test_only_events_of_chunks_of_the_dialect_go_and_their_time_stays(
    config: dict[str, Any],
) -> None:
    batch = batch_of(CHUNK, "exception", CHUNK)
    assert events_of(batch, **config) == [["exception"], [CHUNK, "exception", CHUNK]]
    assert batch.attribute(semconv.TIME_TO_FIRST_CHUNK).floats(0.0).tolist() == [0.5, 0.0]


def test_events_whose_time_makes_no_sense_stay() -> None:
    batch = batch_of(CHUNK, offset_ns=-NS)
    assert events_of(batch, chunk_events="drop") == [[CHUNK], [CHUNK]]


def test_options_of_a_dialect_are_its_own() -> None:
    batch = batch_of(CHUNK)
    sources: dict[str, Any] = {"openllmetry": {}, "vercel": {"remove_originals": True}}
    assert events_of(batch, sources=sources) == [[CHUNK], [CHUNK]]


def test_dropped_events_are_counted() -> None:
    telemetry = Telemetry()
    settings = make_settings(telemetry=telemetry)
    GenaiNormalizer(Config(chunk_events="drop"), settings).process(batch_of(CHUNK, CHUNK))
    labels = {"processor": "test", "dialect": "openllmetry"}
    assert telemetry.value(DROPPED, labels) == 2


@pytest.mark.parametrize("name", ["openinference_openai", "openllmetry_old", "vercel_ai"])
def test_captured_times_are_the_same_with_and_without_events(name: str) -> None:
    raw = (CAPTURES / name / "traces.json").read_bytes()
    kept, dropped = Traces.from_json(raw), Traces.from_json(raw)
    n_events = sum(map(len, events_of(kept)))
    assert sum(map(len, events_of(dropped, chunk_events="drop"))) < n_events
    for key in (semconv.TIME_TO_FIRST_CHUNK, semconv.TIME_PER_OUTPUT_CHUNK):
        assert dropped.attribute(key).objects() == kept.attribute(key).objects()


def test_a_second_pass_changes_nothing() -> None:
    batch = batch_of(CHUNK, CHUNK)
    events_of(batch, chunk_events="drop")
    [once] = batch.encode()
    again = Traces.from_bytes(once)
    events_of(again, chunk_events="drop")
    assert again.encode() == [once]
