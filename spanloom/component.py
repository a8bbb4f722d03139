"""The component author's API: what receivers, processors, exporters, connectors and
extensions are made of.

A component folder holds one `FACTORY`. Its `Config` is a documented model: from it come
validation, the JSON schema and the reference page. Its component class gets the config
and `Settings`, precomputes everything in `__init__`, and works on whole batches.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from spanloom.batch import Batch, BatchError, Logs, Metrics, Signal, Traces
from spanloom.logs import describe

if TYPE_CHECKING:
    from spanloom_native import Listener

    from spanloom.clock import Clock
    from spanloom.telemetry import Telemetry

Kind = Literal["receiver", "processor", "exporter", "connector", "extension"]
Stability = Literal["development", "alpha", "beta", "stable"]
OnError = Literal["fail", "drop", "pass"]

__all__ = [
    "AnyBatch",
    "Batch",
    "Config",
    "Connector",
    "Consumer",
    "Exporter",
    "Extension",
    "Factory",
    "Host",
    "Kind",
    "Logs",
    "Metrics",
    "Processor",
    "Receiver",
    "Settings",
    "Signal",
    "Traces",
]

AnyBatch = Traces | Logs | Metrics


class Config(BaseModel):
    """Base of every component's config: strict types, no unknown keys, immutable.

    The docstring under a field is its reference text; say meaning, unit, limits.
    Use the field types of `spanloom.config.fields` for durations, sizes and secrets.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
        validate_default=True,
        allow_inf_nan=False,
    )

    def listen_addresses(self) -> list[str]:
        """What the component binds, as `host:port` or `unix:/path`; two must not clash."""
        return []


@dataclass(frozen=True, slots=True)
class Settings:
    """What a component is told about itself and may use.

    Attributes:
        id: its id in the file, `type` or `type/name`.
        kind: receiver, processor, exporter, connector or extension.
        logger: writes with the component's id; never give it content of items.
        telemetry: the process's own metrics.
        clock: time, sleep and randomness; a test passes its own.
        config_dir: the folder that relative paths in the config start from.
        pipeline: of a processor, which has an instance in each; empty for other components.
    """

    id: str
    kind: Kind
    logger: logging.Logger
    telemetry: Telemetry
    clock: Clock
    config_dir: str = "."
    pipeline: str = ""

    def gauge(
        self, name: str, help_text: str, labels: dict[str, str], read: Callable[[], float]
    ) -> None:
        """A metric that calls `read` at each scrape, and goes with the component.

        That of a processor gets the label `pipeline`, because its instances share their id.
        """
        if self.pipeline:
            labels = {**labels, "pipeline": self.pipeline}
        self.telemetry.gauge(name, help_text, labels, read, owner=self)


class Host(Protocol):
    """The running service, as a component sees it while it starts."""

    def extension(self, component_id: str) -> Extension | None:
        """The running extension with this id."""

    def listen(self, address: str) -> Listener:
        """The listening socket at `address`, bound now or taken over from a predecessor.

        The service closes it when its last user has stopped. Raises OSError.
        """

    def report_fatal(self, component_id: str, error: BaseException) -> None:
        """The component cannot go on; the process ends in good order."""


class Consumer(Protocol):
    """Takes ownership of a batch: it must see to it that the batch is settled."""

    def consume(self, batch: AnyBatch) -> None:
        """Never raises; failures reach the sender through the batch."""


class Component:
    """Start and stop. `start` is quick; `shutdown` is idempotent and works without `start`."""

    def start(self, host: Host) -> None:
        """Begin to work. Raises when that is impossible; the whole start is then undone."""

    def shutdown(self, timeout_s: float) -> None:
        """Flush what is held to the next consumer and release everything, within the time."""


class Receiver(Component):
    """Brings data in: calls `consumers[signal].consume(batch)` from its own threads.

    The service sets `consumers` before `start`, and swaps it whole on a reload.
    """

    consumers: Mapping[Signal, Consumer]


class Processor(Component):
    """Changes batches on their way. Override `process`; one that holds data overrides `consume`.

    `process` is called by one thread at a time, unless `concurrent` is True.
    """

    concurrent: bool = False
    on_error: OnError = "fail"
    settings: Settings
    next: Consumer
    """Set by the graph before `start`."""
    lock: AbstractContextManager[Any]
    """Set by the graph: held around `process`, a no-op for a `concurrent` processor."""

    def process(self, batch: Any) -> AnyBatch | None:
        """The batch to hand on, usually the same one, edited; None drops it whole."""
        raise NotImplementedError

    def consume(self, batch: AnyBatch) -> None:
        """Process, and hand on. What raises is settled by `on_error`."""
        untouched = batch.fork() if self.on_error == "pass" else None
        try:
            result = self._processed(batch)
        # A processor's failure is data, not a crash; a panic of native code is no Exception.
        except BaseException as error:  # noqa: BLE001
            self._settle_failed(batch, untouched, error)
            return
        if untouched is not None:
            untouched.ack()
        self._hand_on(batch, result)

    def _processed(self, batch: AnyBatch) -> AnyBatch | None:
        with self.lock:
            result = self.process(batch)
        if batch.open_views:
            raise BatchError("the processor kept an array of the batch")
        if result is not None and result is not batch:
            result.adopt(batch)
        return result

    def _hand_on(self, batch: AnyBatch, result: AnyBatch | None) -> None:
        if result is None:
            batch.drop(self.settings.id)
        elif len(result) == 0:
            result.ack()
        else:
            self.next.consume(result)

    def _settle_failed(
        self, batch: AnyBatch, untouched: AnyBatch | None, error: BaseException
    ) -> None:
        fields = {"component": self.settings.id, "error": describe(error)}
        self.settings.logger.error("the processor failed on a batch", extra=fields)
        if untouched is not None:
            batch.ack()
            self.next.consume(untouched)
        elif self.on_error == "drop":
            batch.drop("processor_error")
        else:
            message = f"processor {self.settings.id} failed"
            batch.nack(message, retryable=True, reason="processor_error")


class Exporter(Component):
    """Sends batches away; settles each one. Most derive from `spanloom.delivery.QueuedExporter`."""

    settings: Settings

    def consume(self, batch: AnyBatch) -> None:
        raise NotImplementedError


class Connector(Component):
    """The exporter of one pipeline and the receiver of others."""

    settings: Settings
    consumers: Mapping[Signal, Consumer]
    """Set by the graph before `start`: where each produced signal goes."""

    def consume(self, batch: AnyBatch) -> None:
        raise NotImplementedError


class Extension(Component):
    """Something beside the pipelines."""

    def pipelines_ready(self) -> None:
        """Everything has started."""

    def pipelines_not_ready(self) -> None:
        """Shutdown begins."""


@dataclass(frozen=True, slots=True)
class Factory:
    """How the runtime knows a component. One per folder, named `FACTORY`.

    Attributes:
        config: the config model.
        create: makes the component from (config, settings).
        signals: what it takes; for a connector, (taken, produced) pairs.
        stability: development, alpha, beta or stable.
        aliases: other YAML types that mean this component.
    """

    config: type[Config]
    create: Callable[[Any, Settings], Any]
    signals: frozenset[Signal] | frozenset[tuple[Signal, Signal]]
    stability: Stability = "beta"
    aliases: tuple[str, ...] = field(default=())
