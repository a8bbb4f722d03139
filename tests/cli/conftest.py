"""The command line over two toy components."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import spanloom.registry
from spanloom.batch import Signal
from spanloom.cli import cli
from spanloom.component import Config, Exporter, Factory, Receiver, Settings
from spanloom.config.fields import Duration, Secret
from spanloom.registry import StaticRegistry, installed

GOOD = """\
receivers:
  otlp:
exporters:
  otlp:
    timeout: 5s
    password: hunter2
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [otlp]
"""


class Nothing(Config):
    """No settings."""


class Sender(Config):
    """Sends."""

    timeout: Duration = Duration("5s")
    """For one attempt."""
    password: Secret | None = None
    """Never shown."""
    path: str = ""
    """A file that must exist, or so it seems."""


def _make(config: Sender, _settings: Settings) -> Exporter:
    if config.path and config.password:
        raise FileNotFoundError(f"no file {config.path} for {config.password.reveal()}")
    return Exporter()


def _registry() -> StaticRegistry:
    signals: frozenset[Signal] = frozenset({"traces", "logs"})
    receiver = Factory(Nothing, lambda _config, _settings: Receiver(), signals, stability="stable")
    exporter = Factory(Sender, _make, signals, aliases=("old",))
    return StaticRegistry({"receiver": {"otlp": receiver}, "exporter": {"otlp": exporter}})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Runs `spanloom` with arguments, in a folder with `good.yaml` and `bad.yaml`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(spanloom.registry, "InstalledRegistry", _registry)
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(GOOD.replace("timeout: 5s", "timeout: 5"))
    installed.cache_clear()
    yield lambda *arguments, **more: CliRunner().invoke(cli, arguments, **more)
    installed.cache_clear()
