from __future__ import annotations

from collections.abc import Callable

from spanloom.config import LoadedConfig

BASE = """\
receivers: {otlp: }
exporters: {nop: }
connectors:
  forward:
  count:
service:
  pipelines:
"""
IN = "    traces/in: {receivers: [otlp], exporters: [%s]}\n"

Load = Callable[..., LoadedConfig]
Lines = Callable[..., list[str]]


def test_a_connector_joins_pipelines_of_supported_signals(load_text: Load) -> None:
    text = BASE + IN % "forward, count"
    text += "    traces/out: {receivers: [forward], exporters: [nop]}\n"
    config = load_text(text + "    metrics: {receivers: [count], exporters: [nop]}\n")
    assert config.warnings == []
    assert config.pipelines["metrics"].receivers == ("count",)


def test_refuses_a_connector_that_nobody_receives_from(errors_of: Lines) -> None:
    assert errors_of(BASE + IN % "forward") == [
        (
            'p.yaml:8:48 service.pipelines.traces/in.exporters[0]: connector "forward" used as '
            "exporter in [traces/in] pipeline but not used in any supported receiver pipeline"
        )
    ]


def test_refuses_a_connector_that_nobody_sends_to(errors_of: Lines) -> None:
    text = BASE + IN % "nop" + "    metrics: {receivers: [count], exporters: [nop]}\n"
    assert errors_of(text) == [
        (
            'p.yaml:9:27 service.pipelines.metrics.receivers[0]: connector "count" used as '
            "receiver in [metrics] pipeline but not used in any supported exporter pipeline"
        )
    ]


def test_refuses_a_pair_of_signals_that_the_connector_does_not_join(errors_of: Lines) -> None:
    text = BASE + IN % "forward" + "    logs: {receivers: [forward], exporters: [nop]}\n"
    assert len(errors_of(text)) == 2


def test_refuses_a_cycle_and_names_its_way(errors_of: Lines) -> None:
    text = BASE.replace("  count:\n", "  forward/b:\n") + IN % "forward"
    text += "    traces/a: {receivers: [forward, forward/b], exporters: [forward/b]}\n"
    [error] = errors_of(text)
    assert error.startswith("p.yaml:5:3 connectors.forward/b: cycle detected: ")
    assert 'connector "forward/b" (traces to traces) -> connector "forward/b"' in error


def test_a_long_chain_is_no_cycle_and_no_recursion(load_text: Load) -> None:
    n = 1100  # beyond the depth to which Python recurses
    names = "".join(f"  forward/{i}:\n" for i in range(n))
    text = BASE.replace("  forward:\n  count:\n", names) + IN % "forward/0"
    for i in range(n - 1):
        text += f"    traces/{i}: {{receivers: [forward/{i}], exporters: [forward/{i + 1}]}}\n"
    text += f"    traces/out: {{receivers: [forward/{n - 1}], exporters: [nop]}}\n"
    assert len(load_text(text).pipelines) == n + 1


def test_refuses_an_id_that_means_two_things(errors_of: Lines) -> None:
    text = BASE.replace("{nop: }", "{nop: , forward: }").replace("  count:\n", "")
    [error, *_] = [e for e in errors_of(text + IN % "nop") if "ambiguous" in e]
    assert error.startswith(
        "p.yaml:4:3 connectors.forward: ambiguous ID: "
        'Found both "forward" exporter and "forward" connector.'
    )
