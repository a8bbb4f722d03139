"""Time, sleep and randomness, passed in so that a test can own them."""

from __future__ import annotations

import random
import threading
import time
from typing import Protocol


class Clock(Protocol):
    """What the runtime asks about time."""

    def now_s(self) -> float:
        """Unix seconds."""

    def monotonic_s(self) -> float:
        """Seconds that never go back, from an arbitrary start."""

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Sleep until the event is set (True) or the time is over (False)."""

    def random(self) -> float:
        """Uniform in [0, 1)."""


class SystemClock:
    """The real one."""

    def now_s(self) -> float:
        return time.time()

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        return event.wait(timeout_s)

    def random(self) -> float:
        return random.random()  # noqa: S311 - jitter, not a secret
