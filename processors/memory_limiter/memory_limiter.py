"""Refuses data, retryably, while the process uses more memory than it may."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanloom.batch import BATCH_TYPES
from spanloom.component import AnyBatch, Factory, Host, Processor, Settings
from spanloom.processors.memory_limiter.config import Config
from spanloom.processors.memory_limiter.granted import granted_bytes
from spanloom.telemetry import rss_bytes

if TYPE_CHECKING:
    from spanloom.telemetry import Counter

REFUSAL = "data refused due to high memory usage"

_MIB = 1 << 20
_DEFAULT_SPIKE_PERCENT = 20
# A collection that frees less than this share was not worth its time; the Collector's number.
_WORTHWHILE_SHARE = 0.05
_UNITS = {"traces": "spans", "metrics": "metric_points", "logs": "log_records"}


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes of resident memory; soft < hard."""

    soft_bytes: int
    hard_bytes: int


def limits_of(config: Config, granted: Callable[[], int] = granted_bytes) -> Limits:
    """The limits in bytes; `granted` is asked only when they are given in percent."""
    if config.limit_mib:
        hard, spike = config.limit_mib * _MIB, config.spike_limit_mib * _MIB
    else:
        total = granted()
        hard = total * config.limit_percentage // 100
        spike = total * config.spike_limit_percentage // 100
    spike = spike or hard * _DEFAULT_SPIKE_PERCENT // 100
    return Limits(hard - spike, hard)


class Collections:
    """Forced garbage collections: how often, and backing off while they free next to nothing."""

    def __init__(self, min_interval_s: float, max_interval_s: float) -> None:
        self._min_s, self._max_s = min_interval_s, max_interval_s
        self._interval_s = min_interval_s

    def due(self, since_last_s: float) -> bool:
        return since_last_s >= self._interval_s

    def note(self, before_bytes: int, after_bytes: int, check_interval_s: float) -> None:
        """Learn from what the last one freed."""
        if before_bytes - after_bytes >= _WORTHWHILE_SHARE * before_bytes:
            self._interval_s = self._min_s
        else:
            self._interval_s = min(self._max_s, max(check_interval_s, 2 * self._interval_s))


class MemoryLimiter(Processor):
    """Measures in its own thread; per batch it only looks at a flag."""

    concurrent = True

    def __init__(
        self,
        config: Config,
        settings: Settings,
        *,
        measure: Callable[[], int] = rss_bytes,
        collect: Callable[[], object] = gc.collect,
    ) -> None:
        """`measure` gives the memory in use in bytes, `collect` frees some."""
        self.settings = settings
        self.limits = limits_of(config)
        self.refusing = False
        self._config = config
        self._measure, self._collect = measure, collect
        self._soft = Collections(
            config.min_gc_interval_when_soft_limited, config.max_gc_interval_when_soft_limited
        )
        self._hard = Collections(
            config.min_gc_interval_when_hard_limited, config.max_gc_interval_when_hard_limited
        )
        self._last_collection_s = float("-inf")
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._accepted = self._counters("accepted", "Items let through.")
        self._refused = self._counters("refused", "Items refused because memory was short.")

    def start(self, host: Host) -> None:
        del host
        self.check()
        name = f"spanloom-{self.settings.id}"
        self._thread = threading.Thread(target=self._watch, name=name, daemon=True)
        self._thread.start()

    def consume(self, batch: AnyBatch) -> None:
        """Hand on, or refuse so that the sender tries again later."""
        if self.refusing:
            self._refused[batch.signal].add(len(batch))
            batch.nack(REFUSAL, retryable=True, reason="memory")
            return
        self._accepted[batch.signal].add(len(batch))
        self.next.consume(batch)

    def shutdown(self, timeout_s: float) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def check(self) -> None:
        """Measure once, free memory if there is need, and decide whether to refuse."""
        used_bytes = self._measure()
        if used_bytes >= self.limits.soft_bytes:
            collections = self._hard if used_bytes >= self.limits.hard_bytes else self._soft
            used_bytes = self._free(used_bytes, collections)
        self._decide(used_bytes)

    def _free(self, used_bytes: int, collections: Collections) -> int:
        now_s = self.settings.clock.monotonic_s()
        if not collections.due(now_s - self._last_collection_s):
            return used_bytes
        self._last_collection_s = now_s
        self._collect()
        after_bytes = self._measure()
        collections.note(used_bytes, after_bytes, self._config.check_interval)
        return after_bytes

    def _decide(self, used_bytes: int) -> None:
        refuse = used_bytes >= self.limits.soft_bytes
        if refuse == self.refusing:
            return
        self.refusing = refuse
        fields = {
            "component": self.settings.id,
            "used_mib": used_bytes // _MIB,
            "soft_limit_mib": self.limits.soft_bytes // _MIB,
            "hard_limit_mib": self.limits.hard_bytes // _MIB,
        }
        if refuse:
            message = "Memory usage is above the soft limit. Refusing data."
            self.settings.logger.warning(message, extra=fields)
        else:
            message = "Memory usage is back within limits. Taking data again."
            self.settings.logger.info(message, extra=fields)

    def _watch(self) -> None:
        while not self.settings.clock.wait(self._closing, self._config.check_interval):
            self.check()

    def _counters(self, outcome: str, help_text: str) -> dict[str, Counter]:
        labels = {"processor": self.settings.id}
        prefix = f"otelcol_processor_memory_limiter_{outcome}_"
        return {
            signal: self.settings.telemetry.counter(prefix + unit, help_text, labels)
            for signal, unit in _UNITS.items()
        }


FACTORY = Factory(
    config=Config,
    create=MemoryLimiter,
    signals=frozenset(BATCH_TYPES),
    stability="beta",
)
