"""Results as a file for machines and as Markdown for people."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.measure import Overload, Run

RESULTS = Path(__file__).parents[1] / "results"
OTHERS_CORES_MAX = 0.3
"""Above this the machine was too busy for the numbers to mean much."""


def environment() -> dict[str, Any]:
    """What the numbers depend on."""
    cpu = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    git = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "commit": commit,
    }


def save(results: Mapping[str, Any]) -> Path:
    """Write bench/results/<time>.json."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(results, indent=1) + "\n")
    return path


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _spread(values: Sequence[float], digits: int = 2) -> str:
    middle = f"{statistics.median(values):,.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


def throughput_row(scenario: str, system: str, runs: Sequence[Run]) -> list[str]:
    """Medians, with the lowest and highest run in brackets."""
    gzipped = any(run.sink["gzip"] for run in runs)
    return [
        scenario,
        system + (" (sends gzip)" if gzipped else ""),
        _spread([run.cpu_us_per_span for run in runs]),
        _spread([run.cpu_us_per_request for run in runs], 1),
        _spread([run.spans_per_s for run in runs], 0),
        _spread([run.rss_peak_mib for run in runs], 0),
        _spread([run.others_cores for run in runs]) + _busy_mark(runs),
    ]


THROUGHPUT_HEADER = [
    "Request",
    "System",
    "CPU us/span",
    "CPU us/request",
    "spans/s",
    "RSS peak MiB",
    "other load, cores",
]


def direct_row(scenario: str, run: Run) -> list[str]:
    """What generator and sink need, and so how much they can drive."""
    return [
        scenario,
        f"{run.load_cpu_us_per_request:,.1f}",
        f"{run.generator['ok'] / run.generator['elapsed_s']:,.0f}",
        f"{run.spans_per_s:,.0f}",
    ]


DIRECT_HEADER = ["Request", "generator + sink, CPU us/request", "requests/s", "spans/s"]


def latency_row(system: str, runs: Sequence[Run], base: Run) -> list[str]:
    """Added milliseconds: with the system, less straight into the sink."""
    columns = []
    for key in ("latency_us_p50", "latency_us_p99", "latency_us_p999"):
        added = [(getattr(run, key) - getattr(base, key)) / 1000 for run in runs]
        columns.append(_spread(added))
    cpu = _spread([run.cpu_us_per_request for run in runs], 1)
    others = _spread([run.others_cores for run in runs]) + _busy_mark(runs)
    return [system, *columns, cpu, others]


LATENCY_HEADER = [
    "System",
    "added p50 ms",
    "added p99 ms",
    "added p99.9 ms",
    "CPU us/request",
    "other load, cores",
]


def overload_row(result: Overload) -> list[str]:
    return [
        result.system,
        f"{result.offered:,}",
        f"{result.accepted:,}",
        f"{result.refused:,}",
        f"{result.failed + result.unanswered:,}",
        f"{result.lost_spans:,}",
        f"{result.rss_idle_mib:,.0f}",
        f"+{result.rss_peak_mib - result.rss_idle_mib:,.0f}",
        f"+{result.rss_after_mib - result.rss_idle_mib:,.0f}",
    ]


OVERLOAD_HEADER = [
    "System",
    "offered",
    "acknowledged",
    "refused, retryable",
    "failed or unanswered",
    "acknowledged spans lost",
    "RSS idle MiB",
    "peak above idle",
    "after above idle",
]


def start_row(system: str, seconds: Sequence[float]) -> list[str]:
    return [system, _spread(seconds)]


START_HEADER = ["System", "start to listening, s"]


def _busy_mark(runs: Sequence[Run]) -> str:
    return " (busy)" if any(run.others_cores > OTHERS_CORES_MAX for run in runs) else ""
