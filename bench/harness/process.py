"""Process trees as /proc shows them: CPU seconds, resident memory, cores."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SAMPLE_INTERVAL_S = 0.05
STOP_TIMEOUT_S = 15.0


def spawn(
    argv: Sequence[str],
    *,
    core: int,
    stdin: int | None = subprocess.DEVNULL,
    stdout: int | IO[str] | None = subprocess.DEVNULL,
    stderr: int | IO[str] | None = None,
) -> subprocess.Popen[str]:
    """A process that, with all its children, stays on one core."""
    return subprocess.Popen(
        ["taskset", "--cpu-list", str(core), *argv],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
    )


def stop(process: subprocess.Popen[str]) -> None:
    """Ask it to end, and make it end if it does not."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from `state` on; None if the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def _parents() -> Iterator[tuple[int, int]]:
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        if stat := _stat(pid):
            yield pid, int(stat[1])


def tree(root_pid: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for pid, parent_pid in _parents():
        children.setdefault(parent_pid, []).append(pid)
    found = [root_pid]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def cpu_s(root_pid: int) -> float:
    """CPU seconds of the tree, those of children that ended included."""
    stats = [stat for pid in tree(root_pid) if (stat := _stat(pid))]
    return sum(int(ticks) for stat in stats for ticks in stat[11:15]) / TICKS_PER_S


def rss_bytes(root_pid: int) -> int:
    """Resident memory of the tree; pages shared between its processes count twice."""
    stats = [stat for pid in tree(root_pid) if (stat := _stat(pid))]
    return sum(int(stat[21]) for stat in stats) * PAGE_BYTES


def machine_busy_s() -> float:
    """CPU seconds used by all processes since the machine started, or taken by its host."""
    user, nice, system, _idle, _iowait, irq, softirq, steal, *_ = _machine_ticks()
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_S


def _machine_ticks() -> list[int]:
    first = Path("/proc/stat").read_text().partition("\n")[0]
    return [int(ticks) for ticks in first.split()[1:]]


class PeakRss:
    """The highest resident memory of a tree while the block runs."""

    def __init__(self, root_pid: int) -> None:
        self.peak_bytes = 0
        self._root_pid = root_pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_INTERVAL_S):
            self.peak_bytes = max(self.peak_bytes, rss_bytes(self._root_pid))
