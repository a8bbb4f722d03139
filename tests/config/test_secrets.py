from __future__ import annotations

from collections.abc import Callable

import pytest

from spanloom.config import ConfigErrors, LoadedConfig
from spanloom.config.effective import redacted_tree
from spanloom.registry import StaticRegistry

Load = Callable[..., LoadedConfig]

SECRET = "hunter2"


def everything_said(load_text: Load, text: str, **env: str) -> str:
    with pytest.raises(ConfigErrors) as caught:
        load_text(text, **env)
    problems = caught.value
    said = [str(problems)]
    for problem in (*problems.errors, *problems.warnings):
        said += [str(problem), repr(problem.as_dict())]
        said += problem.place.caret() if problem.place else []
    return "\n".join(said)


@pytest.mark.parametrize(
    "lines",
    [
        f"headers: {SECRET}",
        f"headers: {{a: [{SECRET}]}}",
        f"headers: {{'a b': {SECRET}}}",
        f"password: [{SECRET}]",
        f"password: {{x: {SECRET}}}",
        f"pasword: {SECRET}",
        f"{{password: {SECRET}, retries: x}}",
        "retries: ${env:S}",
        f"endpoint: [http://u:{SECRET}@h]",
        f"timeout: http://u:{SECRET}@h",
        f"password: *{SECRET}",
        f"password: !{SECRET} x",
        f"quoting: {SECRET}",
        "quoting: ${env:S}",
        'endpoint: ["${env:S}"]',
        "timeout: ${env:S}",
        "timeout: x${env:S}",
        "tags: ${env:S}",
    ],
)
def test_errors_never_show_secrets_or_the_environment(
    load_text: Load, valid: str, lines: str
) -> None:
    text = valid.replace("  otlp:\n    endpoint: tempo:4317\n    timeout: 5s\n", "  otlp:\n")
    block = lines if lines.startswith("{") else f"{lines}\n    sending_queue: {{queue_size: 0}}"
    text = text.replace("exporters:\n  otlp:\n", f"exporters:\n  otlp:\n    {block}\n")
    assert SECRET not in everything_said(load_text, text, S=SECRET)


def test_a_numeric_secret_from_the_environment_is_its_text(load_text: Load, valid: str) -> None:
    config = load_text(valid.replace("timeout: 5s", "password: ${env:P}"), P="0123")
    assert config.exporters["otlp"].config.password.reveal() == "0123"


@pytest.mark.parametrize("secret", ["0123", "22:22"])
def test_traps_of_yaml_do_not_show_the_value(load_text: Load, valid: str, secret: str) -> None:
    text = valid.replace("timeout: 5s", f"password: {secret}\n    retries: x")
    assert secret not in everything_said(load_text, text)


def test_urls_lose_their_password_in_print_config(
    load_text: Load, valid: str, toys: StaticRegistry
) -> None:
    config = load_text(valid.replace("tempo:4317", "https://u:hunter2@h/x"))
    shown = redacted_tree(config.tree, toys)
    assert shown["exporters"]["otlp"]["endpoint"] == "https://[REDACTED]@h/x"


def test_print_config_redacts_what_is_secret_or_unknown(
    load_text: Load, valid: str, toys: StaticRegistry
) -> None:
    text = valid.replace("timeout: 5s", "timeout: 5s\n    password: a\n    headers: {k: b}")
    config = load_text(text)
    assert redacted_tree(config.tree, toys)["exporters"] == {
        "otlp": {
            "endpoint": "tempo:4317",
            "timeout": "5s",
            "password": "[REDACTED]",
            "headers": {"k": "[REDACTED]"},
        }
    }
    assert config.raw["exporters"]["otlp"]["password"] == "a"
    unknown = redacted_tree(config.tree, StaticRegistry({}))
    assert unknown["exporters"]["otlp"]["endpoint"] == "[REDACTED]"
