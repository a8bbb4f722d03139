"""When the thread of a processor that holds things lets them go."""

import logging
import threading
import time

import pytest

from spanloom.holding import HoldingThread
from spanloom.testing import FakeClock, make_settings


class Held:
    """Things that are due at some second; what is let go is noted with the time."""

    def __init__(self, clock: FakeClock) -> None:
        self.due_s: list[float] = []
        self.gone: list[tuple[float, float]] = []
        self.n_looks = 0
        self.fails = False
        self._lock = threading.Lock()
        self.thread = HoldingThread(make_settings("held", clock=clock), self._let_go)

    def hold(self, due_s: float) -> None:
        with self._lock:
            self.due_s.append(due_s)
        self.thread.wake()

    def _let_go(self, now_s: float) -> float | None:
        self.n_looks += 1
        if self.fails:
            raise RuntimeError("defect")
        with self._lock:
            while self.due_s and self.due_s[0] <= now_s:
                self.gone.append((self.due_s.pop(0), now_s))
            return self.due_s[0] if self.due_s else None

    def wait_for(self, n_gone: int) -> None:
        until_s = time.monotonic() + 10.0
        while len(self.gone) < n_gone:
            assert time.monotonic() < until_s, "it was not let go"
            time.sleep(0.001)


def test_each_thing_goes_when_it_is_due() -> None:
    clock = FakeClock()
    held = Held(clock)
    held.thread.start()
    held.hold(2.0)
    clock.wait_for_waiters()
    held.hold(3.0)
    clock.advance(2.0)
    held.wait_for(1)
    clock.wait_for_waiters()
    clock.advance(1.0)
    held.wait_for(2)
    assert held.gone == [(2.0, 2.0), (3.0, 3.0)]
    held.thread.stop(1.0)


def test_the_thread_sleeps_while_nothing_is_held_and_wakes_for_what_comes_then() -> None:
    clock = FakeClock()
    held = Held(clock)
    held.thread.start()
    clock.advance(100.0)
    assert held.n_looks == 0
    held.hold(100.0)
    held.wait_for(1)
    held.hold(100.0)
    held.wait_for(2)
    held.thread.stop(1.0)


def test_after_an_error_it_is_tried_again_a_second_later(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    held = Held(clock)
    held.fails = True
    held.thread.start()
    with caplog.at_level(logging.ERROR):
        held.hold(0.0)
        clock.wait_for_waiters()
    assert [record.message for record in caplog.records] == ["could not let go what was held"]
    held.fails = False
    clock.advance(1.0)
    held.wait_for(1)
    held.thread.stop(1.0)


def test_stopping_ends_a_thread_that_waits_and_lets_nothing_go() -> None:
    clock = FakeClock()
    held = Held(clock)
    held.thread.start()
    held.hold(5.0)
    clock.wait_for_waiters()
    assert not held.thread.closing
    held.thread.stop(10.0)
    held.thread.stop(10.0)
    assert held.thread.closing
    assert held.gone == []
    assert not [each for each in threading.enumerate() if each.name == "spanloom-held"]


def test_stopping_without_a_start_does_nothing() -> None:
    held = Held(FakeClock())
    held.thread.stop(1.0)
    assert held.thread.closing
