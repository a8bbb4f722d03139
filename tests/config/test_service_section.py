from __future__ import annotations

from collections.abc import Callable

import pytest

from spanloom.config import LoadedConfig

Load = Callable[..., LoadedConfig]
Lines = Callable[..., list[str]]


def test_checks_service_telemetry(errors_of: Lines, valid: str) -> None:
    text = valid + "  telemetry:\n    logs: {level: loud}\n    unknown: 1\n"
    assert errors_of(text) == [
        (
            "p.yaml:17:19 service.telemetry.logs.level: "
            "must be 'debug', 'info', 'warn', 'error', 'dpanic', 'panic' or 'fatal', got 'loud'"
        ),
        "p.yaml:18:5 service.telemetry: has invalid keys: unknown",
    ]


def test_names_the_nearest_of_the_valid_values(errors_of: Lines, valid: str) -> None:
    (error,) = errors_of(valid + "  telemetry: {logs: {level: wran}}\n")
    assert error.endswith("got 'wran'; did you mean 'warn'?")


def test_reads_the_prometheus_reader(load_text: Load, valid: str) -> None:
    reader = "{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 9999}}}}"
    config = load_text(valid + f"  telemetry: {{metrics: {{readers: [{reader}]}}}}\n")
    assert config.service.telemetry.metrics.listen_address() == "0.0.0.0:9999"


@pytest.mark.parametrize("metrics", ["{level: none}", "{readers: []}"])
def test_own_metrics_can_be_turned_off(load_text: Load, valid: str, metrics: str) -> None:
    config = load_text(valid + f"  telemetry: {{metrics: {metrics}}}\n")
    assert config.service.telemetry.metrics.listen_address() is None


def test_wants_receivers_and_exporters_in_each_pipeline(errors_of: Lines, valid: str) -> None:
    text = valid + "    logs:\n      receivers: []\n"
    assert errors_of(text) == [
        "p.yaml:16:5 service.pipelines.logs: must have at least one receiver",
        "p.yaml:16:5 service.pipelines.logs: must have at least one exporter",
    ]


def test_refuses_unknown_keys_of_a_pipeline(errors_of: Lines, valid: str) -> None:
    text = valid.replace("      processors:", "      procesors:")
    assert errors_of(text) == [
        (
            "p.yaml:14:7 service.pipelines.traces: has invalid keys: procesors; "
            "did you mean 'processors'?"
        )
    ]


def test_refuses_unknown_signals(errors_of: Lines, valid: str) -> None:
    assert errors_of(valid.replace("    traces:", "    spans/x:")) == [
        (
            "p.yaml:12:5 service.pipelines.spans/x: unknown signal 'spans'; "
            "a pipeline id is traces, metrics or logs[/name]"
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "receivers: [otlp]",
            "receivers: [otlpp]",
            (
                'p.yaml:13:19 service.pipelines.traces.receivers[0]: references receiver "otlpp" '
                "which is not configured; did you mean 'otlp'?"
            ),
        ),
        (
            "exporters: [otlp]",
            "exporters: [otlp, nop]",
            (
                'p.yaml:15:25 service.pipelines.traces.exporters[1]: references exporter "nop" '
                "which is not configured"
            ),
        ),
        (
            "[batch]",
            "[batch, batch]",
            (
                'p.yaml:14:27 service.pipelines.traces.processors[1]: references processor "batch" '
                "multiple times"
            ),
        ),
        (
            "[batch]",
            "batch",
            (
                "p.yaml:14:19 service.pipelines.traces.processors: "
                "must be a list of component ids, got 'batch'"
            ),
        ),
        (
            "[batch]",
            "[batch, 5]",
            "p.yaml:14:27 service.pipelines.traces.processors[1]: must be a component id, got 5",
        ),
        (
            "service:\n",
            "service:\n  extensions: [health_check]\n",
            (
                'p.yaml:11:16 service.extensions[0]: references extension "health_check" '
                "which is not configured"
            ),
        ),
    ],
)
def test_checks_references(errors_of: Lines, valid: str, old: str, new: str, error: str) -> None:
    assert errors_of(valid.replace(old, new)) == [error]


def test_refuses_a_component_in_a_pipeline_of_a_signal_it_does_not_take(
    errors_of: Lines, valid: str
) -> None:
    text = valid.replace("  batch:", "  sampler:").replace("[batch]", "[sampler]")
    assert errors_of(text.replace("    traces:", "    logs:")) == [
        (
            'p.yaml:14:20 service.pipelines.logs.processors[0]: processor "sampler" '
            "does not support logs, only traces"
        )
    ]


def test_warns_of_components_that_are_not_used(warnings_of: Lines, valid: str) -> None:
    text = valid.replace("  batch:", "  batch:\n  sampler:") + "extensions:\n  health_check:\n"
    assert warnings_of(text) == [
        (
            "p.yaml:10:3 processors.sampler: is not used in any pipeline, "
            "so it is checked and not started"
        ),
        (
            "p.yaml:18:3 extensions.health_check: is not used in service.extensions, "
            "so it is checked and not started"
        ),
    ]


def test_warns_when_the_memory_limiter_is_not_first(warnings_of: Lines, valid: str) -> None:
    text = valid.replace("  batch:", "  batch:\n  memory_limiter/x:")
    assert warnings_of(text.replace("[batch]", "[batch, memory_limiter/x]")) == [
        "p.yaml:15:27 service.pipelines.traces.processors[1]: memory_limiter should come first"
    ]


def test_refuses_two_listeners_on_one_port(errors_of: Lines, valid: str) -> None:
    text = valid.replace("exporters:\n", "exporters:\n  prometheus: {endpoint: 0.0.0.0:4317}\n", 1)
    assert errors_of(text.replace("exporters: [otlp]", "exporters: [otlp, prometheus]")) == [
        (
            "p.yaml:5:26 exporters.prometheus.endpoint: two listeners on the same port: "
            "0.0.0.0:4317 is taken by receivers.otlp.endpoint at p.yaml:3:15"
        )
    ]


def test_own_metrics_count_as_a_listener(errors_of: Lines, valid: str) -> None:
    [error] = errors_of(valid.replace("localhost:4317", "127.0.0.1:8888"))
    assert "two listeners on the same port: localhost:8888 is taken by receivers.otlp" in error


@pytest.mark.parametrize("address", ["localhost:0", "10.0.0.1:8888"])
def test_listeners_that_do_not_clash_are_fine(load_text: Load, valid: str, address: str) -> None:
    assert load_text(valid.replace("localhost:4317", address)).warnings == []
