"""How much memory this process was granted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

# Control groups v1 say "no limit" with a number near 2^63.
_UNLIMITED_BYTES = 1 << 60


def granted_bytes(root: Path = Path("/")) -> int:
    """The smallest limit of the control groups that hold this process, or the machine's memory.

    Args:
        root: where /proc and /sys/fs/cgroup are; a test passes its own.
    """
    limits = [*_cgroup_limits(root), _machine_bytes(root)]
    return min(limit for limit in limits if limit > 0)


def _cgroup_limits(root: Path) -> Iterator[int]:
    """The limits of this process's control group and of all above it."""
    mount = root / "sys/fs/cgroup"
    for line in _read(root / "proc/self/cgroup").splitlines():
        hierarchy, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if hierarchy == "0" and not controllers:
            yield from _limits_up(mount, path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _limits_up(mount / "memory", path, "memory.limit_in_bytes")


def _limits_up(mount: Path, path: str, name: str) -> Iterator[int]:
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for depth in range(len(parts), -1, -1):
        text = _read(mount.joinpath(*parts[:depth], name)).strip()
        if text.isdigit() and int(text) < _UNLIMITED_BYTES:
            yield int(text)


def _machine_bytes(root: Path) -> int:
    for line in _read(root / "proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
