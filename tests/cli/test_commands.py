from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import yaml
from click.testing import Result

import spanloom
from spanloom import service
from spanloom.cli import LazyGroup
from spanloom.config import ConfigError, ConfigErrors

Run = Callable[..., Result]

BAD = "bad.yaml:5:14 exporters.otlp.timeout: must be a duration such as '200ms' or '1m30s', got 5"


def test_validate_is_silent_when_all_is_well(run: Run) -> None:
    result = run("validate", "--config", "good.yaml")
    assert (result.exit_code, result.output) == (0, "")


def test_validate_shows_the_line_and_exits_with_1(run: Run) -> None:
    result = run("validate", "--config", "bad.yaml")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"error: {BAD}",
        "     5 |     timeout: 5",
        "       |              ^",
        "1 error",
    ]


def test_validate_prints_json_for_machines(run: Run) -> None:
    result = run("validate", "--config", "bad.yaml", "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["valid"] is False
    assert report["errors"] == [
        {
            "file": "bad.yaml",
            "line": 5,
            "column": 14,
            "path": "exporters.otlp.timeout",
            "rule": "must be a duration such as '200ms' or '1m30s'",
            "seen": "5",
            "nearest": None,
        }
    ]
    good = run("validate", "--config", "good.yaml", "--format", "json")
    assert json.loads(good.stdout) == {"valid": True, "errors": [], "warnings": []}


def test_validate_makes_components_unless_told_not_to(run: Run) -> None:
    broken = ("validate", "--config", "good.yaml", "--set", "exporters.otlp.path=/nowhere")
    result = run(*broken)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == (
        "error: good.yaml:4:3 exporters.otlp: cannot be made: no file /nowhere for [REDACTED]"
    )
    assert run(*broken, "--file-only").exit_code == 0


def test_sources_may_stand_on_both_sides_of_the_command(run: Run) -> None:
    fixed = ("--set", "exporters.otlp.timeout=1s")
    assert run("--config", "bad.yaml", "validate", *fixed).exit_code == 0
    assert run(*fixed, "validate", "--config", "bad.yaml").exit_code == 0


def test_no_configuration_is_an_error_that_says_so(run: Run) -> None:
    for arguments in ((), ("run",), ("validate",), ("print-config",)):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "at least one config flag must be provided" in result.stderr


@pytest.mark.parametrize("arguments", [("--config", "a", "--set", "b=c"), ("run", "--config", "a")])
def test_runs_by_default(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    calls = []
    monkeypatch.setattr(service, "run", lambda *given: calls.append(given) or 3)
    assert run(*arguments).exit_code == 3
    assert calls == [(["a"], ["b=c"] if "--set" in arguments else [])]


def test_run_reports_configuration_errors(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_sources: list[str], _sets: list[str]) -> int:
        raise ConfigErrors([ConfigError(None, "a.b", "is wrong")], [])

    monkeypatch.setattr(service, "run", refuse)
    result = run("--config", "x")
    assert (result.exit_code, result.stderr) == (1, "error: a.b: is wrong\n1 error\n")


def test_colours_only_where_they_are_wanted(run: Run) -> None:
    bad = ("validate", "--config", "bad.yaml")
    assert "\x1b[" not in run(*bad).stderr
    assert "\x1b[" in run(*bad, color=True, env={"NO_COLOR": ""}).stderr
    assert "\x1b[" not in run(*bad, color=True, env={"NO_COLOR": "1"}).stderr


def test_print_config_redacts_secrets_unless_asked_otherwise(run: Run) -> None:
    sources = ("print-config", "--config", "good.yaml", "--set", "exporters.otlp.timeout=9s")
    shown = yaml.safe_load(run(*sources).stdout)
    assert shown["exporters"]["otlp"] == {"timeout": "9s", "password": "[REDACTED]"}
    raw = json.loads(run(*sources, "--mode", "unredacted", "--format", "json").stdout)
    assert raw["exporters"]["otlp"] == {"timeout": "9s", "password": "hunter2"}


def test_print_config_checks_first_unless_told_not_to(run: Run) -> None:
    bad = ("print-initial-config", "--config", "bad.yaml")
    assert run(*bad).exit_code == 1
    unchecked = run(*bad, "--validate=false")
    assert unchecked.exit_code == 0
    assert "timeout: 5" in unchecked.stdout


def test_components_lists_stability_per_signal(run: Run) -> None:
    listing = yaml.safe_load(run("components").stdout)
    assert listing["buildinfo"] == {"command": "spanloom", "version": spanloom.__version__}
    [receiver] = listing["receivers"]
    assert receiver["stability"] == {"traces": "stable", "logs": "stable"}
    assert listing["exporters"][0]["aliases"] == ["old"]
    assert json.loads(run("components", "--format", "json").stdout) == listing


def test_schema_prints_a_json_schema(run: Run) -> None:
    schema = json.loads(run("schema").stdout)
    assert set(schema["properties"]) == {
        *("receivers", "processors", "exporters", "connectors", "extensions", "service")
    }


def test_reference_prints_one_type_or_all(run: Run) -> None:
    assert run("reference").stdout.count("## ") == 2
    only = run("reference", "otlp", "--kind", "exporter").stdout
    assert "| `timeout` | duration | `5s` | For one attempt. |" in only
    wrong = run("reference", "otpl")
    assert wrong.exit_code == 2
    assert "did you mean 'otlp'?" in wrong.stderr


def test_version_is_the_distributions(run: Run) -> None:
    assert run("version").stdout == run("--version").stdout
    assert run("version").stdout == f"spanloom version {spanloom.__version__}\n"
    assert json.loads(run("version", "--format", "json").stdout)["spanloom"] == spanloom.__version__


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_prints_a_script(run: Run, shell: str) -> None:
    assert "_SPANLOOM_COMPLETE" in run("completion", shell).stdout


def test_wrong_usage_exits_with_2(run: Run) -> None:
    assert run("nonsense").exit_code == 2
    assert run("completion", "tcsh").exit_code == 2


@pytest.mark.parametrize("name", list(LazyGroup.modules))
def test_every_command_has_help(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: spanloom {name}")
