"""Spanloom's own metrics, under the Collector's names, so that its dashboards read.

Instruments are made once, at construction of a component, and are cheap to use: one
lock and one addition per batch. What another part counts itself (the native server, a
ledger) comes in as an observed source, read when somebody scrapes.

Exposition: the Collector's names carry no `_total` suffix by default, which the
Prometheus client library would add to every counter; `render` takes it off again.
"""

from __future__ import annotations

import bisect
import os
import re
import resource
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from spanloom.batch import Ledger

Labels = dict[str, str]
MetricType = Literal["counter", "gauge", "histogram"]

_TOTAL_SUFFIX = re.compile(rb"^# (HELP|TYPE) (\w+)_total ", re.MULTILINE)
_TOTAL_TWICE = re.compile(rb"^# (HELP|TYPE) (\w+_total)_total ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric at the moment of a scrape."""

    name: str
    help: str
    type: MetricType
    labels: Labels
    value: float


class Counter:
    """Only ever grows."""

    __slots__ = ("_lock", "value")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.value = 0.0

    def add(self, n: float) -> None:
        with self._lock:
            self.value += n


class Gauge:
    """Read when scraped: what its newest owner says. It has at least one."""

    __slots__ = ("_reads",)

    def __init__(self, read: Callable[[], float], owner: object) -> None:
        self._reads = [(owner, read)]

    def read(self) -> float:
        return float(self._reads[-1][1]())

    def renew(self, read: Callable[[], float], owner: object) -> None:
        self._reads = [*self._without(owner), (owner, read)]

    def leave(self, owner: object) -> bool:
        """Let what the owner said before go; True when nobody else owns the gauge."""
        rest = self._without(owner)
        self._reads = rest or self._reads
        return not rest

    def _without(self, owner: object) -> list[tuple[object, Callable[[], float]]]:
        return [(theirs, read) for theirs, read in self._reads if theirs is not owner]


class Histogram:
    """Counts of values up to each of its ascending bounds, the last one infinite."""

    __slots__ = ("_lock", "bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._lock = threading.Lock()
        self.bounds = tuple(float(bound) for bound in bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.sum = 0.0

    def record(self, value: float) -> None:
        with self._lock:
            self.counts[bisect.bisect_left(self.bounds, value)] += 1
            self.sum += value

    def cumulative(self) -> tuple[list[tuple[str, float]], float]:
        """([(upper bound, count up to it)], sum of values)."""
        with self._lock:
            counts, total = list(self.counts), self.sum
        rows, count = [], 0.0
        for bound, n in zip((*map(str, self.bounds), "+Inf"), counts, strict=True):
            count += n
            rows.append((bound, count))
        return rows, total


Instrument = Counter | Gauge | Histogram


@dataclass(slots=True)
class _Family:
    """All instruments of one name, by their labels."""

    help: str
    type: MetricType
    instruments: dict[tuple[tuple[str, str], ...], Instrument] = field(default_factory=dict)


class Telemetry:
    """The process's metrics. Asking twice for the same name and labels gives one instrument."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._families: dict[str, _Family] = {}
        self._sources: dict[str, Callable[[], Iterable[Sample]]] = {"process": _process_samples}

    def counter(self, name: str, help_text: str, labels: Labels) -> Counter:
        made = self._instrument(name, help_text, "counter", labels, Counter)
        if not isinstance(made, Counter):
            raise TypeError(f"metric {name} is not a counter")
        return made

    def gauge(
        self,
        name: str,
        help_text: str,
        labels: Labels,
        read: Callable[[], float],
        owner: object = None,
    ) -> Gauge:
        """A gauge that calls the newest `read` at each scrape.

        Where `owner` is forgotten (`forget_gauges`), what was set before holds again. Components
        call `Settings.gauge`, which names the owner.
        """
        with self._lock:
            made = self._instrument(name, help_text, "gauge", labels, lambda: Gauge(read, owner))
            if not isinstance(made, Gauge):
                raise TypeError(f"metric {name} is not a gauge")
            made.renew(read, owner)
            return made

    def histogram(
        self, name: str, help_text: str, labels: Labels, buckets: Sequence[float]
    ) -> Histogram:
        """A histogram with these ascending upper bounds; +Inf is added."""
        made = self._instrument(name, help_text, "histogram", labels, lambda: Histogram(buckets))
        if not isinstance(made, Histogram):
            raise TypeError(f"metric {name} is not a histogram")
        return made

    def observe(self, key: str, read: Callable[[], Iterable[Sample]]) -> None:
        """Add a source of samples, under a key by which `forget` finds it again."""
        with self._lock:
            self._sources[key] = read

    def observe_ledger(self, pipeline: str, ledger: Ledger) -> None:
        self.observe(f"ledger/{pipeline}", lambda: _ledger_samples(pipeline, ledger))

    def forget(self, key: str) -> None:
        with self._lock:
            self._sources.pop(key, None)

    def forget_gauges(self, owner: object) -> None:
        """Remove the gauges of a component that is gone; its counters stay."""
        with self._lock:
            for family in self._families.values():
                for labels, instrument in list(family.instruments.items()):
                    if isinstance(instrument, Gauge) and instrument.leave(owner):
                        del family.instruments[labels]

    def value(self, name: str, labels: Labels) -> float:
        """The value of one sample now; 0 where there is none. For tests and status pages."""
        for sample in self.samples():
            if sample.name == name and sample.labels == labels:
                return sample.value
        return 0.0

    def samples(self) -> Iterator[Sample]:
        """Everything but histograms, now."""
        with self._lock:
            sources = list(self._sources.values())
        # First: a source may also bring counters up to date.
        observed = [sample for source in sources for sample in source()]
        with self._lock:
            families = [(n, f, list(f.instruments.items())) for n, f in self._families.items()]
        for name, family, instruments in families:
            for labels, instrument in instruments:
                if not isinstance(instrument, Histogram):
                    value = _read(instrument)
                    yield Sample(name, family.help, family.type, dict(labels), value)
        yield from observed

    def render(self, *, without_total: bool = True) -> bytes:
        """The Prometheus text exposition of everything; counters with or without `_total`."""
        # Imported late: 30 ms that a start should not pay for.
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        text = generate_latest(registry)
        if without_total:
            return _TOTAL_SUFFIX.sub(rb"# \1 \2 ", text)
        text = _TOTAL_TWICE.sub(rb"# \1 \2 ", text)
        counters = {name.decode() for _, name in _TOTAL_SUFFIX.findall(text)}
        sample = re.compile(rf"^({'|'.join(counters)})(?=[{{ ])", re.MULTILINE)
        return sample.sub(r"\1_total", text.decode()).encode()

    def collect(self) -> Iterator[Metric]:
        """The metric families, as the Prometheus client library wants them."""
        from prometheus_client.metrics_core import Metric

        families: dict[str, Metric] = {}
        for sample in self.samples():
            family = families.get(sample.name)
            if family is None:
                family = families[sample.name] = Metric(sample.name, sample.help, sample.type)
            family.add_sample(sample.name, sample.labels, sample.value)
        yield from families.values()
        yield from self._histograms()

    def _histograms(self) -> Iterator[Metric]:
        from prometheus_client.metrics_core import HistogramMetricFamily

        with self._lock:
            families = [(n, f) for n, f in self._families.items() if f.type == "histogram"]
        for name, family in families:
            metric: HistogramMetricFamily | None = None
            for labels, histogram in list(family.instruments.items()):
                if metric is None:
                    keys = [key for key, _ in labels]
                    metric = HistogramMetricFamily(name, family.help, labels=keys)
                if isinstance(histogram, Histogram):
                    buckets, total = histogram.cumulative()
                    metric.add_metric([value for _, value in labels], buckets, total)
            if metric is not None:
                yield metric

    def _instrument(
        self,
        name: str,
        help_text: str,
        metric_type: MetricType,
        labels: Labels,
        make: Callable[[], Instrument],
    ) -> Instrument:
        key = tuple(sorted(labels.items()))
        with self._lock:
            family = self._families.setdefault(name, _Family(help_text, metric_type))
            instrument = family.instruments.get(key)
            if instrument is None:
                instrument = family.instruments[key] = make()
            return instrument


def _read(instrument: Counter | Gauge) -> float:
    return instrument.value if isinstance(instrument, Counter) else instrument.read()


def _ledger_samples(pipeline: str, ledger: Ledger) -> Iterator[Sample]:
    books = ledger.snapshot()
    labels = {"pipeline": pipeline}
    for column in ("received", "delivered", "refused"):
        name = f"spanloom_pipeline_{column}_items"
        yield Sample(name, f"Items {column}.", "counter", labels, float(books[column]))
    for reason, n_items in books["dropped"].items():
        by_reason = labels | {"reason": reason}
        name = "spanloom_pipeline_dropped_items"
        yield Sample(name, "Items dropped, by reason.", "counter", by_reason, float(n_items))
    name = "spanloom_pipeline_in_flight_items"
    yield Sample(name, "Items not settled yet.", "gauge", labels, float(books["in_flight"]))


_STARTED_S = time.monotonic()


def rss_bytes() -> int:
    """Resident memory of this process, from /proc; the peak where there is no /proc."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - the fast way, at every check
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _process_samples() -> Iterator[Sample]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    uptime_s = time.monotonic() - _STARTED_S
    cpu_s = usage.ru_utime + usage.ru_stime
    yield Sample("otelcol_process_uptime", "Seconds since the start.", "counter", {}, uptime_s)
    yield Sample("otelcol_process_cpu_seconds", "CPU time, user and system.", "counter", {}, cpu_s)
    name = "otelcol_process_memory_rss"
    yield Sample(name, "Resident memory in bytes.", "gauge", {}, float(rss_bytes()))
