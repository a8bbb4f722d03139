from __future__ import annotations

from collections.abc import Callable

import pytest

from spanloom.config import LoadedConfig

Load = Callable[..., LoadedConfig]
Lines = Callable[..., list[str]]


def test_loads_a_valid_file_without_warnings(load_text: Load, valid: str) -> None:
    config = load_text(valid)
    assert config.warnings == []
    assert config.pipelines["traces"].processors == ("batch",)
    assert config.exporters["otlp"].config.timeout == 5.0
    assert config.config_dir == "."


def test_keeps_the_id_as_written_when_the_type_is_an_alias(load_text: Load, valid: str) -> None:
    config = load_text(valid)
    other = load_text(
        valid.replace("  otlp:\n    endpoint: tempo", "  otlp_grpc:\n    endpoint: t").replace(
            "exporters: [otlp]", "exporters: [otlp_grpc]"
        )
    )
    assert config.exporters["otlp"].factory is other.exporters["otlp_grpc"].factory


def test_reports_everything_wrong_in_one_run_in_order_of_the_file(
    errors_of: Lines, valid: str
) -> None:
    text = valid.replace("endpoint: localhost", "endpiont: localhost")
    text = text.replace("timeout: 5s", "timeout: 5").replace("[batch]", "[batchh]")
    assert errors_of(text + "extra:\n") == [
        "p.yaml:3:5 receivers.otlp: has invalid keys: endpiont; did you mean 'endpoint'?",
        "p.yaml:7:14 exporters.otlp.timeout: must be a duration such as '200ms' or '1m30s', got 5",
        (
            'p.yaml:14:20 service.pipelines.traces.processors[0]: references processor "batchh" '
            "which is not configured; did you mean 'batch'?"
        ),
        "p.yaml:16:1: has invalid keys: extra",
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "{}\n"])
def test_refuses_an_empty_file(errors_of: Lines, text: str) -> None:
    assert errors_of(text) == ["p.yaml:1:1: empty configuration file"]


def test_refuses_a_file_that_is_no_map(errors_of: Lines) -> None:
    assert errors_of("[a]") == ["p.yaml:1:1: must be a map of sections, got a list"]


def test_wants_receivers_exporters_and_a_pipeline(errors_of: Lines) -> None:
    assert errors_of("receivers:\nservice:\n") == [
        "p.yaml:1:1 receivers: no receiver configuration specified in config",
        "p.yaml:1:1 exporters: no exporter configuration specified in config",
        "p.yaml:2:1 service.pipelines: service must have at least one pipeline",
    ]


def test_wants_sections_to_be_maps(errors_of: Lines, valid: str) -> None:
    text = valid.replace("processors:\n  batch:\n", "processors: [batch]\n")
    assert errors_of(text)[0] == "p.yaml:8:13 processors: must be a map, got a list"


def test_names_the_valid_types_for_an_unknown_one(errors_of: Lines, valid: str) -> None:
    text = valid.replace("  batch:\n", "  batch:\n  samplr/x:\n")
    assert errors_of(text) == [
        (
            'p.yaml:10:3 processors.samplr/x: unknown type: "samplr" for id: "samplr/x" '
            "(valid values: [batch, memory_limiter, sampler]); did you mean 'sampler'?"
        )
    ]


@pytest.mark.parametrize("bad", ["1x", "a-b", "otlp/", "otlp/a b", "otlp/€"])
def test_refuses_ids_that_break_the_rule(errors_of: Lines, valid: str, bad: str) -> None:
    [error] = errors_of(valid.replace("  batch:\n", f'  batch:\n  "{bad}":\n'))
    assert error.startswith(f"p.yaml:10:3 processors.{bad}: id {bad!r} must ")


def test_trims_ids_and_takes_letters_of_every_script(load_text: Load, valid: str) -> None:
    text = valid.replace("  batch:\n", '  " batch / größe ":\n')
    config = load_text(text.replace("[batch]", '["batch/größe"]'))
    assert list(config.processors) == ["batch/größe"]


def test_refuses_two_spellings_of_one_id(errors_of: Lines, valid: str) -> None:
    text = valid.replace("  batch:\n", '  batch:\n  "batch / x":\n  batch/x:\n')
    assert errors_of(text) == [
        "p.yaml:11:3 processors.batch/x: the id stands twice; first at p.yaml:10:3"
    ]


def test_refuses_a_component_that_is_no_map(errors_of: Lines, valid: str) -> None:
    text = valid.replace("  batch:\n", "  batch: 5\n")
    assert errors_of(text) == ["p.yaml:9:10 processors.batch: must be a map, got a value"]


def test_names_the_field_that_is_missing(errors_of: Lines, valid: str) -> None:
    text = valid.replace("    endpoint: tempo:4317\n", "")
    assert errors_of(text) == ["p.yaml:6:5 exporters.otlp.endpoint: is required"]


def test_says_to_quote_a_number_where_a_string_is_wanted(errors_of: Lines, valid: str) -> None:
    text = valid.replace("timeout: 5s", "endpoint2: x").replace("tempo:4317", "1.10")
    assert (
        "p.yaml:6:15 exporters.otlp.endpoint: must be a string; put it in quotes, got 1.1"
        in errors_of(text)
    )


def test_reports_a_rule_over_several_fields_at_the_component(errors_of: Lines, valid: str) -> None:
    text = valid.replace("localhost:4317", 'localhost:4317\n    protocol: ""')
    assert errors_of(text) == [
        "p.yaml:3:5 receivers.otlp: must specify at least one protocol when using the OTLP receiver"
    ]


@pytest.mark.parametrize(
    ("block", "enabled"),
    [
        ("", True),
        ("sending_queue:", True),
        ("sending_queue: {}", True),
        ("sending_queue: {queue_size: 5}", True),
        ("sending_queue: {enabled: false}", False),
    ],
)
def test_a_block_that_is_on_stays_on_unless_turned_off(
    load_text: Load, valid: str, block: str, enabled: bool
) -> None:
    config = load_text(valid.replace("timeout: 5s", block))
    assert config.exporters["otlp"].config.sending_queue.enabled is enabled


@pytest.mark.parametrize(
    ("block", "enabled"),
    [
        ("", False),
        ("keepalive:", True),
        ("keepalive: {}", True),
        ("keepalive: {enabled: false}", False),
    ],
)
def test_a_block_that_is_off_is_on_once_written(
    load_text: Load, valid: str, block: str, enabled: bool
) -> None:
    config = load_text(valid.replace("localhost:4317\n", f"localhost:4317\n    {block}\n"))
    assert config.receivers["otlp"].config.keepalive.enabled is enabled


def test_null_keeps_the_default_of_a_field_without_null(load_text: Load, valid: str) -> None:
    config = load_text(valid.replace("timeout: 5s", "timeout:\n    retries: ~"))
    assert config.exporters["otlp"].config.timeout == 5.0
    assert config.exporters["otlp"].config.retries == 3


def test_an_unknown_key_without_a_value_is_an_error_too(errors_of: Lines, valid: str) -> None:
    assert errors_of(valid.replace("timeout: 5s", "timout:")) == [
        "p.yaml:7:5 exporters.otlp: has invalid keys: timout; did you mean 'timeout'?"
    ]


def test_a_list_may_fill_a_tuple(load_text: Load, valid: str) -> None:
    config = load_text(valid.replace("timeout: 5s", "tags: [a, b]"))
    assert config.exporters["otlp"].config.tags == ("a", "b")
