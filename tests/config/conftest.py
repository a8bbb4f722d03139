"""Toy components, and one valid configuration that tests break in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import Field, field_validator, model_validator

from spanloom.batch import Signal
from spanloom.component import Config, Factory
from spanloom.config import ConfigErrors, LoadedConfig, load
from spanloom.config.fields import Block, Duration, Endpoint, HeaderMap, Secret
from spanloom.registry import StaticRegistry

ALL: frozenset[Signal] = frozenset({"traces", "metrics", "logs"})
VALID = """\
receivers:
  otlp:
    endpoint: localhost:4317
exporters:
  otlp:
    endpoint: tempo:4317
    timeout: 5s
processors:
  batch:
service:
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlp]
"""


class Queue(Block):
    """A block."""

    queue_size: int = Field(default=1000, ge=1)
    """How many requests wait."""


class ListenerConfig(Config):
    """Something that listens."""

    endpoint: Endpoint = "localhost:4317"
    """Where to listen."""
    keepalive: Queue = Queue.off()
    """Off unless written."""
    protocol: str = "grpc"
    """Its name."""

    def listen_addresses(self) -> list[str]:
        return [self.endpoint]

    @model_validator(mode="after")
    def _protocol(self) -> ListenerConfig:
        if not self.protocol:
            raise ValueError("must specify at least one protocol when using the OTLP receiver")
        return self


class SenderConfig(Config):
    """Something that sends."""

    endpoint: str
    """Where to send."""
    timeout: Duration = Duration("5s")
    """For one attempt."""
    retries: int = 3
    """How often."""
    headers: HeaderMap = Field(default_factory=dict)
    """Sent along."""
    sending_queue: Queue = Queue()
    """On unless turned off."""
    password: Secret | None = None
    """Never shown."""
    tags: tuple[str, ...] = ()
    """Words."""
    quoting: Secret | None = None
    """Never right."""

    @field_validator("quoting")
    @classmethod
    def _quotes(cls, value: Secret | None) -> Secret | None:
        if value is not None:
            raise ValueError(f"{value.reveal()!r} is not right")
        return value


class Nothing(Config):
    """No settings."""


def factory(
    config: type[Config],
    signals: frozenset[Signal] | frozenset[tuple[Signal, Signal]] = ALL,
    aliases: tuple[str, ...] = (),
) -> Factory:
    return Factory(config, lambda _config, _settings: None, signals, aliases=aliases)


@pytest.fixture
def toys() -> StaticRegistry:
    same = frozenset((signal, signal) for signal in ALL)
    count: frozenset[tuple[Signal, Signal]] = frozenset({("traces", "metrics")})
    only_traces: frozenset[Signal] = frozenset({"traces"})
    return StaticRegistry(
        {
            "receiver": {"otlp": factory(ListenerConfig)},
            "processor": {
                "batch": factory(Nothing),
                "memory_limiter": factory(Nothing),
                "sampler": factory(Nothing, only_traces),
            },
            "exporter": {
                "otlp_grpc": factory(SenderConfig, aliases=("otlp",)),
                "prometheus": factory(ListenerConfig),
                "nop": factory(Nothing),
            },
            "connector": {"forward": factory(Nothing, same), "count": factory(Nothing, count)},
            "extension": {"health_check": factory(ListenerConfig, frozenset())},
        }
    )


Load = Callable[..., LoadedConfig]
Lines = Callable[..., list[str]]


@pytest.fixture
def load_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toys: StaticRegistry) -> Load:
    """Loads a text as the file `p.yaml`, the variables given as keywords."""
    monkeypatch.chdir(tmp_path)

    def load_it(text: str, *more: str, sets: list[str] | None = None, **env: str) -> LoadedConfig:
        (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
        return load(["p.yaml", *more], sets or [], env=env, registry=toys)

    return load_it


@pytest.fixture
def errors_of(load_text: Load) -> Lines:
    """The errors of a text, one string each."""

    def errors(text: str, *more: str, **keywords: object) -> list[str]:
        with pytest.raises(ConfigErrors) as caught:
            load_text(text, *more, **keywords)
        return [str(error) for error in caught.value.errors]

    return errors


@pytest.fixture
def warnings_of(load_text: Load) -> Lines:
    """The warnings of a valid text, one string each."""

    def warnings(text: str, **keywords: object) -> list[str]:
        return [str(warning) for warning in load_text(text, **keywords).warnings]

    return warnings


@pytest.fixture
def valid() -> str:
    return VALID
