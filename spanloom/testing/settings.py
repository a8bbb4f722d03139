"""Settings and a host for a component that a test makes by itself."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, TypeVar

from spanloom_native import Listener

from spanloom.clock import Clock, SystemClock
from spanloom.component import Consumer, Extension, Kind, Processor, Settings
from spanloom.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Mapping

_P = TypeVar("_P", bound=Processor)


class FakeHost:
    """A host with the given extensions; remembers fatal errors and owns its sockets."""

    def __init__(self, extensions: Mapping[str, Extension] | None = None) -> None:
        self.extensions = dict(extensions or {})
        self.fatal: list[tuple[str, BaseException]] = []
        self.listeners: list[Listener] = []

    def extension(self, component_id: str) -> Extension | None:
        return self.extensions.get(component_id)

    def listen(self, address: str) -> Listener:
        """A socket that lives until `close`."""
        self.listeners.append(Listener(address))
        return self.listeners[-1]

    def report_fatal(self, component_id: str, error: BaseException) -> None:
        self.fatal.append((component_id, error))

    def close(self) -> None:
        for listener in self.listeners:
            listener.close()


def make_settings(
    component_id: str = "test",
    kind: Kind = "processor",
    *,
    telemetry: Telemetry | None = None,
    clock: Clock | None = None,
    config_dir: str = ".",
) -> Settings:
    """Settings that need no running service."""
    return Settings(
        id=component_id,
        kind=kind,
        logger=logging.getLogger(f"spanloom.{kind}.{component_id.replace('/', '.')}"),
        telemetry=telemetry or Telemetry(),
        clock=clock or SystemClock(),
        config_dir=config_dir,
    )


def attach(processor: _P, consumer: Consumer) -> _P:
    """The processor with `consumer` as the next one, as the graph would wire it."""
    processor.next = consumer
    processor.lock = contextlib.nullcontext()
    return processor
