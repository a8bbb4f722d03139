"""The generator and the sink: the `load` binary, built on first use."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from harness.process import cpu_s, spawn, stop

CRATE = Path(__file__).parents[1] / "load"
BINARY = CRATE / "target" / "release" / "load"
POLL_S = 0.05
QUIET_S = 4.0


@dataclass(frozen=True, slots=True)
class Load:
    """What the generator sends. `rate_per_s` None: as fast as answers come."""

    spans_per_request: int = 1
    span_kb: float = 1.0
    duration_s: float = 5.0
    rate_per_s: float | None = None
    connections: int = 4
    in_flight: int = 32
    protocol: str = "grpc"
    acked_file: str | None = None
    unique: bool = False
    """Trace and response ids never come twice; else a pool of requests is sent round."""
    private_every: int = 0
    """Each so many-th prompt holds an e-mail address and a card number; 0: none."""

    def argv(self, target: str) -> list[str]:
        options = {
            "target": target,
            "protocol": self.protocol,
            "spans-per-request": self.spans_per_request,
            "span-kb": self.span_kb,
            "duration": self.duration_s,
            "connections": self.connections,
            "in-flight": self.in_flight,
            "rate": self.rate_per_s or 0,
            "private-every": self.private_every,
        }
        argv = [str(BINARY), "gen"]
        for name, value in options.items():
            argv += [f"--{name}", str(value)]
        if self.unique or self.acked_file:
            argv.append("--unique")
        return argv + (["--acked", self.acked_file] if self.acked_file else [])


def build() -> None:
    """Compile the binary; nothing happens when it is current."""
    argv = ["cargo", "build", "--release", "--locked", "--quiet"]
    subprocess.run(argv, cwd=CRATE, check=True)


def generate(load: Load, target: str, *, core: int) -> dict[str, Any]:
    """Send, and give back the generator's report with its own CPU seconds.

    Returns:
        sent, ok, refused, failed, unanswered: requests; latency_us_*; elapsed_s; cpu_s.
    """
    before = _children_cpu_s()
    process = spawn(load.argv(target), core=core, stdout=subprocess.PIPE)
    output, _ = process.communicate(timeout=load.duration_s + 60)
    report: dict[str, Any] = json.loads(output)
    report["cpu_s"] = _children_cpu_s() - before
    return report


def _children_cpu_s() -> float:
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Sink:
    """A back end that counts spans. `rate_per_s`: as many as it accepts, None for all."""

    def __init__(self, *, core: int, rate_per_s: float | None = None, track: bool = False) -> None:
        argv = [str(BINARY), "sink", "--rate", str(rate_per_s or 0)]
        argv += ["--track"] if track else []
        pipe = subprocess.PIPE
        self._process = spawn(argv, core=core, stdin=pipe, stdout=pipe)
        self.address = self._read_line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        stop(self._process)

    def _read_line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def _ask(self, command: str) -> dict[str, int]:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        answer: dict[str, int] = json.loads(self._read_line())
        return answer

    def counts(self) -> dict[str, int]:
        """requests, bytes, items, bad, gzip, unique: all since the start."""
        return self._ask("stats")

    def cpu_s(self) -> float:
        return cpu_s(self._process.pid)

    def write_seen(self, path: Path) -> None:
        """One bit per span number, the lowest first."""
        self._ask(f"seen {path}")

    def wait_for(self, n_items: int) -> dict[str, int]:
        """The counts once `n_items` have come, or nothing has for a while."""
        counts, quiet_since_s = self.counts(), time.monotonic()
        while counts["items"] < n_items and time.monotonic() - quiet_since_s < QUIET_S:
            time.sleep(POLL_S)
            counts, before = self.counts(), counts
            if counts != before:
                quiet_since_s = time.monotonic()
        return counts
