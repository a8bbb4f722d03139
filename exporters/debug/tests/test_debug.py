"""The `debug` exporter."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from spanloom_native import Ledger, Logs, Metrics, Traces

from spanloom.exporters.debug import FACTORY
from spanloom.exporters.debug.config import DebugConfig
from spanloom.exporters.debug.debug import Sampler
from spanloom.testing import FakeClock, build_logs, build_metrics, build_traces, make_settings

BATCHES = [(Traces, build_traces), (Logs, build_logs), (Metrics, build_metrics)]


def show(batch: Any, **config: Any) -> dict[str, Any]:
    """The ledger after the batch was shown."""
    settings = make_settings("debug", "exporter")
    ledger = Ledger()
    batch.enter(ledger)
    FACTORY.create(DebugConfig.model_validate(config), settings).consume(batch)
    snapshot: dict[str, Any] = ledger.snapshot()
    return snapshot


@pytest.mark.parametrize("verbosity", ["basic", "normal", "detailed"])
@pytest.mark.parametrize(("batch_type", "build"), BATCHES)
def test_what_it_shows_counts_as_delivered(
    batch_type: Any, build: Any, verbosity: str, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = batch_type.from_bytes(build(4, n_resources=2).SerializeToString())
    assert show(batch, verbosity=verbosity)["delivered"] == 4
    assert bool(capsys.readouterr().err) is (verbosity != "basic")


def test_log_holds_counts_and_no_content(caplog: pytest.LogCaptureFixture) -> None:
    request = build_traces(4, attributes={"secret": "tell-nobody"})
    with caplog.at_level(logging.INFO, logger="spanloom"):
        show(Traces.from_bytes(request.SerializeToString()), verbosity="detailed")
    assert [vars(record)["spans"] for record in caplog.records] == [4]
    assert "tell-nobody" not in repr([vars(record) for record in caplog.records])


def test_normal_is_a_line_per_span(capsys: pytest.CaptureFixture[str]) -> None:
    show(Traces.from_bytes(build_traces(3).SerializeToString()), verbosity="normal")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 5
    assert lines[2].startswith("chat llama-3.1-70b-instruct 00000000000000000000000000000001 ")
    assert "gen_ai.usage.input_tokens=100" in lines[2]


def test_detailed_has_the_collectors_layout(capsys: pytest.CaptureFixture[str]) -> None:
    request = build_traces(1)
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.events.add(name="first token", time_unix_nano=321).attributes.add(
        key="n"
    ).value.int_value = 1
    show(Traces.from_bytes(request.SerializeToString()), verbosity="detailed")
    text = capsys.readouterr().err
    for line in (
        "Resource SchemaURL: https://opentelemetry.io/schemas/1.37.0",
        "     -> service.name: Str(inference-0)",
        "InstrumentationScope opentelemetry.instrumentation.openai_v2 2.1b0",
        "    Trace ID       : 00000000000000000000000000000001",
        "    Kind           : Client",
        "    Start time     : 2023-11-14 22:13:20.000000000 +0000 UTC",
        "     -> gen_ai.request.temperature: Double(0.7)",
        "     -> Name: first token",
        "     -> Timestamp: 1970-01-01 00:00:00.000000321 +0000 UTC",
        "          -> n: Int(1)",
    ):
        assert f"{line}\n" in text


def test_control_characters_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    request = build_traces(1, attributes={"a\x1b[2J": "b\x1b[2J\nc", "list": ["\x1b"]})
    for verbosity in ("normal", "detailed"):
        show(Traces.from_bytes(request.SerializeToString()), verbosity=verbosity)
    text = capsys.readouterr().err
    assert "\x1b" not in text
    assert "a\\x1b[2J" in text


def test_shows_the_first_of_a_second_and_then_every_nth() -> None:
    clock = FakeClock()
    sampler = Sampler(2, 3, clock)
    shown = [index for index in range(8) if sampler.passes()]
    assert shown == [0, 1, 4, 7]
    clock.advance(1)
    assert sampler.passes()
