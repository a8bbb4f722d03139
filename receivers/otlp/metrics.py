"""The native server's counters under the Collector's names.

Counters live in the process's telemetry, so that they go on when a reload replaces the
receiver; each scrape adds what the server has counted since the last one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from spanloom.component import Settings
from spanloom.telemetry import Labels, Sample

Stats = Iterable[tuple[str, dict[str, str], float]]

_UNITS = {"traces": "spans", "metrics": "metric_points", "logs": "log_records"}
_OUTCOMES = {"accepted": "success", "refused": "refused", "failed": "failure"}
_GAUGES = {
    "connections_open": "Connections open.",
    "in_flight_bytes": "Bytes in flight, from the first one read until delivered.",
}
_CONNECTIONS = {
    "connections_accepted": "Connections accepted.",
    "connections_refused": "Connections closed at once because too many were open.",
    "connections_failed": "Connections that ended in an error or never sent a request.",
    "accept_errors": "Times that accepting a connection failed.",
}


class _Metric(NamedTuple):
    name: str
    help: str
    labels: Labels


class ReceiverMetrics:
    """Carries the counters of one server over; thread-safe."""

    def __init__(self, settings: Settings, stats: Callable[[], Stats]) -> None:
        """Stats: counters of `spanloom_native.Server.stats`."""
        self._settings, self._stats = settings, stats
        self._key = f"receiver/{settings.id}/{id(self)}"
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}

    def open(self) -> None:
        self._settings.telemetry.observe(self._key, self._observe)
        labels = {"receiver": self._settings.id}
        for name, text in _GAUGES.items():
            read = partial(self._gauge, name)
            self._settings.gauge(f"spanloom_receiver_{name}", text, labels, read)

    def close(self) -> None:
        """Carry the last counts over, and no more."""
        self._settings.telemetry.forget(self._key)
        self.sync()

    def sync(self) -> None:
        """Add what was counted since the last time."""
        with self._lock:
            for name, labels, value in self._stats():
                metric = self._metric(name, labels)
                if metric is not None:
                    self._add(name, labels, value, metric)

    def _observe(self) -> Iterable[Sample]:
        self.sync()
        return ()

    def _gauge(self, wanted: str) -> float:
        return next((value for name, _, value in self._stats() if name == wanted), 0.0)

    def _add(self, name: str, labels: Labels, value: float, metric: _Metric) -> None:
        key = (name, tuple(sorted(labels.items())))
        n_new = value - self._seen.get(key, 0.0)
        self._seen[key] = value
        counter = self._settings.telemetry.counter(metric.name, metric.help, metric.labels)
        if n_new > 0:
            counter.add(n_new)

    def _metric(self, name: str, labels: Labels) -> _Metric | None:
        receiver = {"receiver": self._settings.id}
        if name in _CONNECTIONS:
            return _Metric(f"spanloom_receiver_{name}", _CONNECTIONS[name], receiver)
        outcome, _, what = name.partition("_")
        if outcome not in _OUTCOMES:
            return None
        receiver["transport"] = labels["transport"]
        if what == "requests":
            return self._requests(outcome, labels, receiver)
        return self._items(outcome, labels, receiver)

    def _requests(self, outcome: str, labels: Labels, receiver: Labels) -> _Metric:
        """Requests by outcome; those that this receiver refused itself also by reason."""
        receiver |= {"outcome": _OUTCOMES[outcome], "otel_signal": labels["signal"]}
        receiver["reason"] = labels.get("reason", "")
        return _Metric("otelcol_receiver_requests", "Requests, by what became of them.", receiver)

    def _items(self, outcome: str, labels: Labels, receiver: Labels) -> _Metric | None:
        """Items; the Collector's `refused` is a pipeline's refusal, `failed` the receiver's."""
        unit = _UNITS.get(labels["signal"])
        if unit is None:
            return None
        if outcome == "failed":
            receiver["reason"] = labels["reason"]
        text = f"{unit.replace('_', ' ').capitalize()} {outcome} by the receiver."
        return _Metric(f"otelcol_receiver_{outcome}_{unit}", text, receiver)
