"""A stand-in for native batches that remembers how it was settled, and an exporter's scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from spanloom.clock import Clock
from spanloom.delivery import DeliveryConfig, QueuedExporter, Sent
from spanloom.testing import FakeHost, make_settings


@dataclass(eq=False)
class FakeBatch:
    """Counts as `len(parts)` items; encodes to its parts, joined up to `max_bytes`."""

    parts: list[bytes]
    signal: str = "traces"
    is_awaited: bool = True
    events: list[Any] = field(default_factory=list)
    settled: threading.Event = field(default_factory=threading.Event)

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.parts))

    def encode(self, max_bytes: int | None = None) -> list[bytes]:
        requests: list[bytes] = []
        for part in self.parts:
            if requests and (max_bytes is None or len(requests[-1]) + len(part) <= max_bytes):
                requests[-1] += part
            else:
                requests.append(part)
        return requests

    def split(self, n_items_max: int) -> list[FakeBatch]:
        starts = range(0, len(self.parts), n_items_max)
        return [
            FakeBatch(self.parts[i : i + n_items_max], self.signal, self.is_awaited) for i in starts
        ]

    def acknowledge(self) -> None:
        assert not self.settled.is_set()
        self.is_awaited = False
        self.events.append("acknowledged")

    def reject(self, n_items: int, reason: str = "rejected") -> None:
        self.events.append(("rejected", n_items))

    def ack(self) -> None:
        self._settle("ack")

    def nack(
        self, message: str, *, retryable: bool, reason: str = "failed", **details: Any
    ) -> None:
        self._settle(("retryable" if retryable else "permanent", message, reason, details))

    def outcome(self) -> Any:
        """How it was settled, once it is."""
        assert self.settled.wait(10), "the batch was never settled"
        return self.events[-1]

    def _settle(self, event: Any) -> None:
        assert not self.settled.is_set(), "settled twice"
        self.events.append(event)
        self.settled.set()


class ScriptedExporter(QueuedExporter):
    """Records requests; each `send` does the next step of `script`, then succeeds."""

    def __init__(self, config: DeliveryConfig, settings: Any) -> None:
        super().__init__(config, settings)
        self.script: list[Exception | Sent] = []
        self.requests: list[bytes] = []
        self.timeouts_s: list[float] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self._lock = threading.Lock()

    def send(self, signal: str, request: bytes, timeout_s: float) -> Sent:
        with self._lock:
            self.requests.append(request)
            self.timeouts_s.append(timeout_s)
            step = self.script.pop(0) if self.script else Sent()
        self.entered.release()
        assert self.gate.wait(10)
        if isinstance(step, Exception):
            raise step
        return step


MakeExporter = Callable[..., ScriptedExporter]


@pytest.fixture
def make_batch() -> type[FakeBatch]:
    return FakeBatch


@pytest.fixture
def make_exporter() -> Iterator[MakeExporter]:
    """Makes a started exporter from config keys; shuts it down afterwards."""
    made: list[ScriptedExporter] = []

    def make(
        *, clock: Clock | None = None, started: bool = True, **config: Any
    ) -> ScriptedExporter:
        settings = make_settings("test", "exporter", clock=clock)
        exporter = ScriptedExporter(DeliveryConfig.model_validate(config), settings)
        made.append(exporter)
        if started:
            exporter.start(FakeHost())
        return exporter

    yield make
    for exporter in made:
        exporter.gate.set()
        exporter.shutdown(5)
