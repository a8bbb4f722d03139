"""One run of one scenario against one system, and what it gave."""

from __future__ import annotations

import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from harness.load import Load, Sink, generate
from harness.process import PeakRss, cpu_s, machine_busy_s, rss_bytes
from harness.systems import System, running

MIB = 1 << 20
WARM_UP_S = 1.0
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core runs what, so that the load does not take from the system measured."""

    system: int = 0
    load: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run happens; `pid` 0 where there is no system in between."""

    cores: Cores
    pid: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave.

    Attributes:
        cpu_us_per_span: CPU of the system's process tree for each span the sink counted.
        cpu_us_per_request: the same for each request that was acknowledged.
        spans_per_s: delivered, over the generator's time.
        latency_us_p50: from when a request ought to start to its answer.
        rss_idle_mib, rss_peak_mib: after warm-up and at most while under load.
        load_cpu_us_per_request: CPU of generator and sink together.
        others_cores: cores that others used meanwhile: processes, and the host (steal time).
        generator, sink: the reports of both.
    """

    system: str
    delivered_spans: int
    cpu_us_per_span: float
    cpu_us_per_request: float
    spans_per_s: float
    latency_us_p50: int
    latency_us_p99: int
    latency_us_p999: int
    rss_idle_mib: float
    rss_peak_mib: float
    load_cpu_us_per_request: float
    others_cores: float
    generator: dict[str, Any]
    sink: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def direct(load: Load, cores: Cores) -> Run:
    """The generator straight into the sink: what the harness itself can do."""
    with Sink(core=cores.load) as sink:
        return _observe("direct", load, sink.address, sink, Place(cores))


def through(system: System, load: Load, cores: Cores, compression: str = "none") -> Run:
    """The system between generator and sink, freshly started and warmed up."""
    with (
        Sink(core=cores.load) as sink,
        running(system, sink.address, core=cores.system, compression=compression) as running_system,
    ):
        target = running_system.address(load.protocol)
        warm_up = generate(replace(load, duration_s=WARM_UP_S), target, core=cores.load)
        sink.wait_for(warm_up["ok"] * load.spans_per_request)
        return _observe(system.name, load, target, sink, Place(cores, running_system.pid))


def _observe(name: str, load: Load, target: str, sink: Sink, place: Place) -> Run:
    cores, pid = place.cores, place.pid
    before, idle_bytes = sink.counts(), rss_bytes(pid) if pid else 0
    begin_s, busy_s, sink_cpu_s = time.monotonic(), machine_busy_s(), sink.cpu_s()
    system_cpu_s = cpu_s(pid) if pid else 0.0
    with PeakRss(pid) as rss:
        report = generate(load, target, core=cores.load)
        counts = sink.wait_for(before["items"] + report["ok"] * load.spans_per_request)
    system_cpu_s = (cpu_s(pid) if pid else 0.0) - system_cpu_s
    load_cpu_s = report["cpu_s"] + sink.cpu_s() - sink_cpu_s
    others_s = machine_busy_s() - busy_s - system_cpu_s - load_cpu_s
    counts = {key: value - before[key] for key, value in counts.items()}
    delivered, n_ok = counts["items"], report["ok"]
    return Run(
        system=name,
        delivered_spans=delivered,
        cpu_us_per_span=system_cpu_s * 1e6 / max(delivered, 1),
        cpu_us_per_request=system_cpu_s * 1e6 / max(n_ok, 1),
        spans_per_s=delivered / report["elapsed_s"],
        latency_us_p50=report["latency_us_p50"],
        latency_us_p99=report["latency_us_p99"],
        latency_us_p999=report["latency_us_p999"],
        rss_idle_mib=idle_bytes / MIB,
        rss_peak_mib=rss.peak_bytes / MIB if pid else 0.0,
        load_cpu_us_per_request=load_cpu_s * 1e6 / max(n_ok, 1),
        others_cores=others_s / (time.monotonic() - begin_s),
        generator=report,
        sink=counts,
    )


@dataclass(frozen=True, slots=True)
class Overload:
    """A system offered more than its back end takes.

    Attributes:
        offered, accepted, refused, failed, unanswered: requests.
        delivered_spans: distinct spans that reached the sink.
        lost_spans: of requests that were acknowledged, spans that never reached the sink.
        rss_after_mib: after the queues have emptied.
    """

    system: str
    offered: int
    accepted: int
    refused: int
    failed: int
    unanswered: int
    delivered_spans: int
    duplicate_spans: int
    lost_spans: int
    rss_idle_mib: float
    rss_peak_mib: float
    rss_after_mib: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def overload(system: System, load: Load, sink_spans_per_s: float, cores: Cores) -> Overload:
    """Offer `load` to a system whose back end takes only `sink_spans_per_s`."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Sink(core=cores.load, rate_per_s=sink_spans_per_s, track=True) as sink,
        running(system, sink.address, core=cores.system) as running_system,
    ):
        acked, seen = Path(folder) / "acked", Path(folder) / "seen"
        time.sleep(SETTLE_S)
        idle_bytes = rss_bytes(running_system.pid)
        load = replace(load, acked_file=str(acked))
        with PeakRss(running_system.pid) as rss:
            report = generate(load, running_system.address(load.protocol), core=cores.load)
            counts = sink.wait_for(report["sent"] * load.spans_per_request)
        sink.write_seen(seen)
        return Overload(
            system=system.name,
            offered=report["sent"],
            accepted=report["ok"],
            refused=report["refused"],
            failed=report["failed"],
            unanswered=report["unanswered"],
            delivered_spans=counts["unique"],
            duplicate_spans=counts["items"] - counts["unique"],
            lost_spans=_lost(acked.read_bytes(), seen.read_bytes(), load.spans_per_request),
            rss_idle_mib=idle_bytes / MIB,
            rss_peak_mib=rss.peak_bytes / MIB,
            rss_after_mib=rss_bytes(running_system.pid) / MIB,
        )


def _lost(acked: bytes, seen: bytes, spans_per_request: int) -> int:
    """Spans of acknowledged requests that the sink has not seen."""
    import numpy as np

    requests = np.frombuffer(acked, dtype="<u4").astype(np.int64)
    numbers = (requests[:, None] * spans_per_request + np.arange(spans_per_request)).ravel()
    bits = np.unpackbits(np.frombuffer(seen, dtype=np.uint8), bitorder="little")
    inside = numbers < len(bits)
    return int((~inside).sum() + (bits[numbers[inside]] == 0).sum())


def cold_start_s(system: System, cores: Cores) -> float:
    """Seconds from starting the process to its first accepted connection."""
    with Sink(core=cores.load) as sink, running(system, sink.address, core=cores.system) as started:
        return started.start_s
