"""The checked configuration, and the models of `service`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from spanloom.batch import Signal
from spanloom.component import Config, Factory, Kind
from spanloom.config.errors import ConfigError
from spanloom.config.fields import Block, Duration
from spanloom.config.tree import Node

LOCAL_METRICS = "localhost:8888"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class LogSampling(Block):
    """Fewer log lines of one text: per `tick` the first `initial`, then each `thereafter`th."""

    tick: Duration = Field(default=Duration("10s"), gt=0)
    """Length of one window."""
    initial: int = Field(default=10, ge=0)
    """How many of the same message are written per window."""
    thereafter: int = Field(default=100, ge=0)
    """Then each how-manyth is written."""


class LogsTelemetry(Config):
    """The process's own logs."""

    level: Annotated[
        Literal["debug", "info", "warn", "error", "dpanic", "panic", "fatal"],
        BeforeValidator(_lower),
    ] = "info"
    """The least level written."""
    encoding: Literal["console", "json"] = "console"
    """For people or for machines."""
    output_paths: tuple[str, ...] = ("stderr",)
    """Where log lines go: stderr, stdout or file paths."""
    error_output_paths: tuple[str, ...] = ("stderr",)
    """Accepted for the Collector's sake; errors go where all lines go."""
    initial_fields: dict[str, Any] = Field(default_factory=dict)
    """Fields added to every line."""
    sampling: LogSampling = LogSampling()
    """Bounds repeated lines."""
    development: bool = False
    """Accepted for the Collector's sake; changes nothing."""
    disable_caller: bool = False
    """Accepted for the Collector's sake; lines never name the caller."""
    disable_stacktrace: bool = False
    """Leave out stack traces of errors."""
    disable_zap_resource: bool = False
    """Accepted for the Collector's sake; changes nothing."""
    processors: tuple[Any, ...] = ()
    """Accepted for the Collector's sake; own logs are not exported over OTLP."""


class Prometheus(Config):
    """A page for Prometheus to scrape."""

    host: str = "localhost"
    """Where to listen."""
    port: int = Field(default=8888, ge=0, le=65535)
    """Where to listen; 0 is any free port."""
    without_units: bool = True
    """No unit in metric names."""
    without_type_suffix: bool = True
    """No `_total` in the names of counters."""
    without_scope_info: bool = True
    """No `otel_scope_info` metric."""
    with_resource_constant_labels: dict[str, Any] = Field(default_factory=dict)
    """Accepted for the Collector's sake; changes nothing."""


class PullExporter(Config):
    """How own metrics are pulled."""

    prometheus: Prometheus = Prometheus()
    """Over Prometheus's text format."""


class PullReader(Config):
    """A reader that waits to be asked."""

    exporter: PullExporter = PullExporter()
    """What it offers."""


class MetricReader(Config):
    """One way out for own metrics."""

    pull: PullReader
    """Only pulling is supported."""


class MetricsTelemetry(Config):
    """The process's own metrics."""

    level: Annotated[Literal["none", "basic", "normal", "detailed"], BeforeValidator(_lower)] = (
        "normal"
    )
    """How much is counted; `none` opens no port."""
    address: str | None = None
    """The old spelling of one Prometheus reader, `host:port`."""
    readers: tuple[MetricReader, ...] = (MetricReader(pull=PullReader()),)
    """Ways out; at most one is served."""
    views: tuple[Any, ...] = ()
    """Accepted for the Collector's sake; changes nothing."""

    @field_validator("readers")
    @classmethod
    def _one_reader(cls, readers: tuple[MetricReader, ...]) -> tuple[MetricReader, ...]:
        if len(readers) > 1:
            raise ValueError("at most one reader is supported")
        return readers

    @property
    def prometheus(self) -> Prometheus | None:
        """The page to serve, or None."""
        if self.level == "none" or not self.readers:
            return None
        page = self.readers[0].pull.exporter.prometheus
        if self.address is None:
            return page
        host, _, port = self.address.rpartition(":")
        return page.model_copy(update={"host": host, "port": int(port)})

    @field_validator("address")
    @classmethod
    def _host_port(cls, address: str | None) -> str | None:
        port = (address or ":0").rpartition(":")[2]
        if not (port.isascii() and port.isdigit() and ":" in (address or ":")):
            raise ValueError("must be 'host:port'")
        return address

    def listen_address(self) -> str | None:
        """`host:port` of the page, or None."""
        page = self.prometheus
        if page is None:
            return None
        host = f"[{page.host}]" if ":" in page.host and page.host[0] != "[" else page.host
        return f"{host}:{page.port}"


class TracesTelemetry(Config):
    """The process's own traces; there are none, the Collector's keys are accepted."""

    level: Literal["none", "basic", "normal", "detailed"] = "none"
    """Changes nothing."""
    propagators: tuple[str, ...] = ()
    """Changes nothing."""
    processors: tuple[Any, ...] = ()
    """Changes nothing."""


class TelemetryConfig(Config):
    """`service.telemetry`."""

    logs: LogsTelemetry = LogsTelemetry()
    """Own logs."""
    metrics: MetricsTelemetry = MetricsTelemetry()
    """Own metrics."""
    traces: TracesTelemetry = TracesTelemetry()
    """Own traces."""
    resource: dict[str, Any] = Field(default_factory=dict)
    """Attributes of the process; null leaves out one that is added by itself."""


@dataclass(frozen=True, slots=True)
class ComponentSpec:
    """One configured component.

    Attributes:
        id: as written, `type` or `type/name`.
        kind: receiver, processor, exporter, connector or extension.
        factory: makes it.
        config: its checked config, an instance of `factory.config`.
    """

    id: str
    kind: Kind
    factory: Factory
    config: Any


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """One pipeline; receivers and exporters may be ids of connectors."""

    id: str
    signal: Signal
    receivers: tuple[str, ...]
    processors: tuple[str, ...]
    exporters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """`service`, without its pipelines.

    Attributes:
        telemetry: own logs and metrics.
        extensions: ids in the order of their start.
    """

    telemetry: TelemetryConfig
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A configuration without mistakes.

    Attributes:
        receivers, processors, exporters, connectors, extensions: by id; also those in no
            pipeline, which are only checked and never started.
        pipelines: by id, in the order of the file.
        service: telemetry, and extensions to start.
        tree: the effective values, merged and expanded, with their places.
        config_dir: where relative paths start: the folder of the first file.
        warnings: what a person should look at.
    """

    receivers: Mapping[str, ComponentSpec]
    processors: Mapping[str, ComponentSpec]
    exporters: Mapping[str, ComponentSpec]
    connectors: Mapping[str, ComponentSpec]
    extensions: Mapping[str, ComponentSpec]
    pipelines: Mapping[str, PipelineSpec]
    service: ServiceSpec
    tree: Node
    config_dir: str
    warnings: list[ConfigError] = field(default_factory=list)

    @property
    def raw(self) -> dict[str, Any]:
        """The effective values as plain dicts, secrets included."""
        plain: dict[str, Any] = self.tree.plain()
        return plain
