"""How many cores this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


def granted_cores(cpu_max: Path = _CPU_MAX) -> int:
    """Cores in the affinity mask, less where the cgroup's quota is smaller; at least 1.

    Args:
        cpu_max: the cgroup v2 file, `<quota|max> <period>` in microseconds.
    """
    affinity = len(os.sched_getaffinity(0))
    try:
        quota, period = cpu_max.read_text(encoding="ascii").split()
        cores = math.ceil(int(quota) / int(period)) if quota != "max" else affinity
    except (OSError, ValueError):
        # No cgroup v2 here, or a file of another form: no quota that we know of.
        cores = affinity
    return max(1, min(affinity, cores))
