"""The fake clock moves only when it is moved."""

import threading

import pytest

from spanloom.testing import FakeClock


def test_time_stands_until_it_is_advanced() -> None:
    clock = FakeClock(start_s=100.0)
    assert (clock.now_s(), clock.monotonic_s()) == (100.0, 0.0)
    clock.advance(2.5)
    assert (clock.now_s(), clock.monotonic_s()) == (102.5, 2.5)


def test_a_waiting_thread_wakes_when_its_time_has_passed() -> None:
    clock, woken = FakeClock(), threading.Event()
    event = threading.Event()
    thread = threading.Thread(target=lambda: clock.wait(event, 5.0) or woken.set())
    thread.start()
    clock.wait_for_waiters()
    clock.advance(4.9)
    assert not woken.wait(0.05)
    clock.advance(0.2)
    assert woken.wait(5.0)
    thread.join()


def test_a_set_event_ends_the_wait() -> None:
    event = threading.Event()
    event.set()
    assert FakeClock().wait(event, 1000.0)


def test_a_thread_whose_time_is_over_does_not_count_as_waiting() -> None:
    clock = FakeClock()
    with pytest.raises(TimeoutError, match="0 of 1"):
        clock.wait_for_waiters(timeout_s=0.01)


def test_random_numbers_repeat_with_the_seed() -> None:
    assert FakeClock(seed=3).random() == FakeClock(seed=3).random()
