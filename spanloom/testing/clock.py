"""A clock that only moves when a test moves it."""

from __future__ import annotations

import random
import threading
import time

# Real seconds between two looks at the fake time; short, so that tests stay fast.
_POLL_S = 0.001


class FakeClock:
    """Implements `spanloom.clock.Clock`; threads that wait wake when `advance` passes their time.

    Args:
        start_s: unix seconds at the start; the monotonic time starts at 0.
        seed: of the random numbers.
    """

    def __init__(self, start_s: float = 1_700_000_000.0, seed: int = 0) -> None:
        self._start_s = start_s
        self._elapsed_s = 0.0
        self._random = random.Random(seed)  # noqa: S311 - reproducible tests
        self._lock = threading.Lock()
        self._deadlines_s: list[float] = []

    def now_s(self) -> float:
        return self._start_s + self.monotonic_s()

    def monotonic_s(self) -> float:
        with self._lock:
            return self._elapsed_s

    def random(self) -> float:
        with self._lock:
            return self._random.random()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Sleep until the event is set or the fake time has moved by `timeout_s`."""
        with self._lock:
            deadline_s = self._elapsed_s + timeout_s
            self._deadlines_s.append(deadline_s)
        try:
            while not event.wait(_POLL_S):
                if self.monotonic_s() >= deadline_s:
                    return event.is_set()
            return True
        finally:
            with self._lock:
                self._deadlines_s.remove(deadline_s)

    def advance(self, seconds: float) -> None:
        """Move the time forward."""
        with self._lock:
            self._elapsed_s += seconds

    def wait_for_waiters(self, n_waiters: int = 1, timeout_s: float = 10.0) -> None:
        """Block (in real time) until at least `n_waiters` threads sleep on this clock.

        A thread whose time is over but which has not run yet does not count.

        Raises:
            TimeoutError: they did not within `timeout_s`.
        """
        until_s = time.monotonic() + timeout_s
        while (n_waiting := self._n_waiting()) < n_waiters:
            if time.monotonic() >= until_s:
                raise TimeoutError(f"{n_waiting} of {n_waiters} threads wait on the clock")
            time.sleep(_POLL_S)

    def _n_waiting(self) -> int:
        with self._lock:
            return sum(deadline_s > self._elapsed_s for deadline_s in self._deadlines_s)
